namespace Vitrine.Pprof.Storage;

/// <summary>
/// The string table of a profile in which some strings become others. What stays keeps its number; what is new gets one behind them; what nobody asked to keep is not in it: its number stands for an empty string.
/// A new string may stand twice, when the table had it already: the writer writes it once.
/// </summary>
internal sealed class StringChanges
{
    readonly StringStore _source;
    readonly SequenceStore<byte> _bytes = new();
    readonly SequenceInterner<byte> _added;

    public StringChanges(StringStore source)
    {
        _source = source;
        for (var i = 0; i < source.Count; i++)
            _bytes.Add([]);
        _added = new SequenceInterner<byte>(_bytes);
        Strings = new StringStore(_bytes);
    }

    /// <summary>The table as it is by now.</summary>
    public StringStore Strings { get; }

    public int Keep(int number)
    {
        if (_bytes.LengthOf(number) == 0)
            _bytes.Set(number, _source.Bytes(number));
        return number;
    }

    public int Add(ReadOnlySpan<byte> utf8) => utf8.IsEmpty ? 0 : _added.Intern(utf8);

    /// <summary>Makes room for so many new strings in all at once.</summary>
    public void Expect(int strings) => _added.Expect(strings);

    /// <summary>For many new strings at once, none of them empty.</summary>
    /// <param name="numbers">Where their numbers are appended, in order.</param>
    public InternBatch<byte> Batch(RowStore<int> numbers) => new(_added, numbers);
}
