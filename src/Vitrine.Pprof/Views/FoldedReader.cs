using System.Globalization;
using System.Text;

namespace Vitrine.Pprof.Views;

/// <summary>Collects lines of folded stacks into a profile. The input is hostile: every count and length has a bound.</summary>
internal sealed class FoldedReader(SampleType type, ProfileLimits limits)
{
    readonly StackProfileBuilder _builder = new([type], limits);
    readonly List<int> _stack = [];

    // By the text as it stands in the file: a file names few frames very often, and each needs unescaping and looking up in the profile's tables only once.
    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _frames = new Dictionary<string, int>().GetAlternateLookup<ReadOnlySpan<char>>();

    public void Add(ReadOnlySpan<byte> bytes, long lineNumber)
    {
        if (lineNumber == 1 && bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        var text = Encoding.UTF8.GetString(bytes).AsSpan().Trim(" \t");
        if (text.IsEmpty || text[0] == '#')
            return;
        var space = text.LastIndexOfAny(' ', '\t');
        if (!TryValue(text[(space + 1)..], out var value))
            throw new ProfileFormatException($"Line {lineNumber:N0} of the folded stacks does not end in a space and a number. Each line is frames separated by semicolons, a space, and a count.");
        _stack.Clear();
        var stack = space < 0 ? [] : text[..space].TrimEnd(" \t");
        if (!stack.IsEmpty)
        {
            foreach (var range in stack.Split(';'))
            {
                if (_stack.Count == limits.MaxStackDepth)
                    throw new ProfileFormatException($"Line {lineNumber:N0} of the folded stacks has more than {limits.MaxStackDepth:N0} frames (ProfileLimits.MaxStackDepth).");
                if (!_frames.TryGetValue(stack[range], out var frame))
                    _frames[stack[range]] = frame = _builder.Frame(FoldedName.Restore(stack[range]), "", 0, 0);
                _stack.Add(frame);
            }
        }
        _stack.Reverse();
        _builder.AddSample(_stack, [value]);
    }

    static bool TryValue(ReadOnlySpan<char> text, out long value)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
            return true;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number) || Math.Abs(number) >= 9.2e18)
            return false;
        value = (long)Math.Round(number, MidpointRounding.AwayFromZero);
        return true;
    }

    public Profile Build() => _builder.Build();
}
