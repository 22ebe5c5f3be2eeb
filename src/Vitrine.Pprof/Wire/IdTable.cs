namespace Vitrine.Pprof.Wire;

/// <summary>
/// From the ids of the wire format, any 64-bit numbers in any order, to indexes. Samples refer to locations that come later in the file, so a reference is first
/// kept as a provisional number. Nearly every producer numbers 1, 2, 3, …: then the provisional number is the index already, and nothing has to be rewritten.
/// </summary>
internal sealed class IdTable
{
    readonly string _what;
    Dictionary<ulong, int>? _index;
    Dictionary<ulong, int>? _largeReferences;
    List<ulong>? _large;
    int _count;
    int _highestReference = -1;

    public IdTable(string what) => _what = what;

    /// <summary>True when every provisional number is the index it stands for and all of them exist: <see cref="Resolve"/> need not be called.</summary>
    public bool IsResolved => _index is null && _large is null && _highestReference < _count;

    /// <summary>Notes the id of the next entry of the table.</summary>
    public void Define(ulong id)
    {
        if (id == 0)
            throw new WireException($"a {_what} has id 0, which is reserved for none");
        if (_index is null && id != (ulong)_count + 1)
        {
            _index = new Dictionary<ulong, int>(_count + 1);
            for (var i = 0; i < _count; i++)
                _index.Add((ulong)i + 1, i);
        }
        if (_index is not null && !_index.TryAdd(id, _count))
            throw new WireException($"two {_what}s have the id {id}");
        _count++;
    }

    /// <summary>Notes that a provisional number has been used which the caller worked out itself (id − 1).</summary>
    public void NoteReference(int provisional) => _highestReference = Math.Max(_highestReference, provisional);

    /// <summary>The provisional number of an id: id − 1, or a negative number when that does not fit.</summary>
    public int Reference(ulong id)
    {
        if (id - 1 < int.MaxValue)
        {
            var provisional = (int)id - 1;
            if (provisional > _highestReference)
                _highestReference = provisional;
            return provisional;
        }
        if (id == 0)
            throw new WireException($"a {_what} is referred to by id 0");
        _large ??= [];
        _largeReferences ??= [];
        if (!_largeReferences.TryGetValue(id, out var number))
        {
            number = -2 - _large.Count;
            _large.Add(id);
            _largeReferences.Add(id, number);
        }
        return number;
    }

    /// <summary>The index that a provisional number stands for; −1 when the file has no such entry.</summary>
    public int Resolve(int provisional)
    {
        if (_index is null)
            return provisional >= 0 && provisional < _count ? provisional : -1;
        return _index.TryGetValue(IdOf(provisional), out var index) ? index : -1;
    }

    /// <summary>The id as the file has it, for messages.</summary>
    public ulong IdOf(int provisional) => provisional >= 0 ? (ulong)provisional + 1 : _large![-2 - provisional];
}
