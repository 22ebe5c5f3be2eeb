using System.Text;

namespace Vitrine.Pprof.Storage;

/// <summary>A copy of a string table with further strings behind: all numbers into the old table stay right. A string may then stand twice; the writer writes it once.</summary>
internal sealed class StringAppender
{
    readonly SequenceStore<byte> _bytes = new();
    readonly Dictionary<string, int> _added = new(StringComparer.Ordinal) { [""] = 0 };

    public StringAppender(StringStore source)
    {
        for (var i = 0; i < source.Count; i++)
            _bytes.Add(source.Bytes(i));
        Strings = new StringStore(_bytes);
    }

    public StringStore Strings { get; }

    public int Add(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return 0;
        if (!_added.TryGetValue(text, out var number))
        {
            number = _bytes.Add(Encoding.UTF8.GetBytes(text));
            _added.Add(text, number);
        }
        return number;
    }
}
