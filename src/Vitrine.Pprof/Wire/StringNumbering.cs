using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof.Wire;

/// <summary>
/// Decides the string table of a file: every string once, in the order in which the profile first needs it. The order depends on the profile's content only,
/// not on the table it was read from, so the same profile gives the same bytes.
/// </summary>
internal sealed class StringNumbering
{
    readonly StringStore _source;
    readonly int[] _numbers;
    readonly StringInterner _written = new();

    public StringNumbering(StringStore source)
    {
        _source = source;
        _numbers = new int[source.Count];
    }

    public StringStore Table => _written.Strings;

    /// <summary>The number that string <paramref name="index"/> of the profile has in the file.</summary>
    public int this[int index]
    {
        get
        {
            // 0 means not yet asked for, or the empty string, which is found again quickly.
            var number = _numbers[index];
            return number != 0 ? number : _numbers[index] = _written.Intern(_source.Bytes(index));
        }
    }

    /// <summary>The number of a string that is not in the profile's table (the header keeps its own).</summary>
    public int Of(string text) => _written.Intern(text);
}
