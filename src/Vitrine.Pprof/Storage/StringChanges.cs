using System.Collections;

namespace Vitrine.Pprof.Storage;

/// <summary>
/// The string table of a profile in which some strings become others. What stays keeps its number; what is new gets one behind them; what nobody asked to keep is wiped out. A new string may stand twice, when the
/// table had it already: the writer writes it once.
/// </summary>
internal sealed class StringChanges
{
    readonly StringStore _source;
    readonly SequenceInterner<byte> _added = new(new SequenceStore<byte>());
    readonly BitArray _kept;

    public StringChanges(StringStore source)
    {
        _source = source;
        _kept = new BitArray(source.Count);
        _added.Intern([]);
    }

    public int Keep(int number)
    {
        _kept[number] = true;
        return number;
    }

    // Number 0 of what was added is the empty string, which the source has too.
    public int Add(ReadOnlySpan<byte> utf8) => utf8.IsEmpty ? 0 : _source.Count + _added.Intern(utf8) - 1;

    /// <summary>The table as it is by now.</summary>
    public StringStore ToStore()
    {
        var strings = new SequenceStore<byte>();
        for (var i = 0; i < _source.Count; i++)
            strings.Add(_kept[i] ? _source.Bytes(i) : default);
        for (var i = 1; i < _added.Store.Count; i++)
            strings.Add(_added.Store[i]);
        return new StringStore(strings);
    }
}
