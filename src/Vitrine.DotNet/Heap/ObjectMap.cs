using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Heap;

/// <summary>
/// Tracked objects by address, in pieces of 4 MB, the size of one of the collector's regions. A sample comes once in about 100 KB, so a piece holds some 40 objects, and a range of survivors is looked up
/// by one step to its piece and a short search in it.
/// </summary>
sealed class ObjectMap
{
    public const int PieceBits = 22;

    readonly Dictionary<ulong, Piece> _pieces = [];
    Piece? _last;
    ulong _lastNumber = ulong.MaxValue;

    /// <summary>The objects whose addresses begin with the same bits, sorted by address.</summary>
    public sealed class Piece
    {
        TrackedObject[] _objects = new TrackedObject[4];

        /// <summary>How many there are.</summary>
        public int Count { get; private set; }

        /// <summary>Whether it is among the pieces whose objects the running collection looks at.</summary>
        public bool IsListed { get; set; }

        public Span<TrackedObject> Objects => _objects.AsSpan(0, Count);

        /// <summary>Index of the first object at or after an address.</summary>
        public int From(ulong address)
        {
            var (low, high) = (0, Count);
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                if (_objects[middle].Address < address) low = middle + 1;
                else high = middle;
            }
            return low;
        }

        public void Insert(int at, in TrackedObject one)
        {
            if (Count == _objects.Length) Array.Resize(ref _objects, Count * 2);
            _objects.AsSpan(at, Count - at).CopyTo(_objects.AsSpan(at + 1));
            _objects[at] = one;
            Count++;
        }

        public void RemoveRange(int at, int count)
        {
            _objects.AsSpan(at + count, Count - at - count).CopyTo(_objects.AsSpan(at));
            Count -= count;
        }

        /// <summary>Keeps the first <paramref name="count"/>, which the caller has moved together.</summary>
        public void Truncate(int count) => Count = count;
    }

    /// <summary>How many objects there are.</summary>
    public int Count { get; private set; }

    /// <summary>All pieces.</summary>
    public Dictionary<ulong, Piece>.ValueCollection Pieces => _pieces.Values;

    /// <summary>Adds an object; what was where it is now cannot be alive, and goes.</summary>
    /// <returns>How many went.</returns>
    public int Add(in TrackedObject one)
    {
        ref var piece = ref CollectionsMarshal.GetValueRefOrAddDefault(_pieces, one.Address >> PieceBits, out var isKnown);
        if (!isKnown) (piece, _lastNumber) = (new(), ulong.MaxValue);
        var at = piece!.From(one.Address);
        var first = at > 0 && Covers(piece.Objects[at - 1], one.Address) ? at - 1 : at;
        var last = at;
        var end = End(one.Address, one.Size);
        while (last < piece.Count && piece.Objects[last].Address < end)
            last++;
        if (last > first) piece.RemoveRange(first, last - first);
        piece.Insert(first, one);
        Count += 1 - (last - first);
        return last - first;
    }

    /// <summary>The piece with this number, or null when nothing is tracked there.</summary>
    public Piece? Find(ulong number)
    {
        // Ranges come in the order of their addresses: the same piece again and again.
        if (number == _lastNumber) return _last;
        _lastNumber = number;
        return _last = _pieces.GetValueOrDefault(number);
    }

    /// <summary>The numbers of the pieces that a range of memory touches; at most as many as there are pieces, however long it claims to be.</summary>
    public IEnumerable<Piece> Touched(ulong start, ulong end)
    {
        if (end <= start) yield break;
        var (first, last) = (start >> PieceBits, (end - 1) >> PieceBits);
        if (last - first < (ulong)_pieces.Count)
        {
            for (var number = first; number <= last; number++)
                if (Find(number) is { } piece)
                    yield return piece;
            yield break;
        }
        foreach (var (number, piece) in _pieces)
            if (number >= first && number <= last)
                yield return piece;
    }

    /// <summary>Keeps what <paramref name="keep"/> says of one piece; it may change what stays.</summary>
    public void Filter(Piece piece, ObjectFilter keep)
    {
        var kept = 0;
        var objects = piece.Objects;
        for (var i = 0; i < objects.Length; i++)
            if (keep(ref objects[i]))
            {
                if (kept != i) objects[kept] = objects[i];
                kept++;
            }
        Count -= objects.Length - kept;
        piece.Truncate(kept);
    }

    /// <summary>Keeps what <paramref name="keep"/> says of all pieces, and forgets the pieces that nothing is left in.</summary>
    public void Filter(ObjectFilter keep)
    {
        foreach (var (number, piece) in _pieces)
        {
            Filter(piece, keep);
            if (piece.Count == 0) _pieces.Remove(number);
        }
        _lastNumber = ulong.MaxValue;
    }

    /// <summary>Forgets the pieces that nothing is left in.</summary>
    public void Trim() => Filter(static (ref TrackedObject _) => true);

    /// <summary>The end of a range; one that goes beyond all memory ends there.</summary>
    public static ulong End(ulong start, ulong length) => length > ulong.MaxValue - start ? ulong.MaxValue : start + length;

    static bool Covers(in TrackedObject one, ulong address) => End(one.Address, one.Size) > address;
}

/// <summary>Says whether an object stays.</summary>
delegate bool ObjectFilter(ref TrackedObject one);
