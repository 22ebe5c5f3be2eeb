using System.Globalization;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Layouts;

/// <summary>
/// Reads the text form of a <see cref="LayoutTable"/>: one line per fact, words separated by single spaces, "-" for nothing.
/// <code>
/// go 1.26 go1.26.3 amd64 SOURCE-ROOT
/// base amd64                                 what is not in this file is as on that architecture
/// const NAME VALUE FILE#LINE
/// struct NAME SIZE FILE#LINE
/// field NAME OFFSET SIZE KIND ELEMENTS embedded|- TYPE      of the struct above it; KIND is the runtime's number
/// </code>
/// </summary>
static class LayoutTableText
{
    /// <summary>Reads a table; <paramref name="findBase"/> gives the table of the same version that a "base" line names.</summary>
    /// <exception cref="FormatException">The text is not a table; the message has the line.</exception>
    public static LayoutTable Read(TextReader from, Func<int, string, LayoutTable?> findBase)
    {
        string[]? header = null;
        int minor = 0;
        Dictionary<string, RecordedStruct> structs = new(StringComparer.Ordinal);
        Dictionary<string, RecordedConstant> constants = new(StringComparer.Ordinal);
        List<StructField> fields = [];
        while (from.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            string[] words = line.Split(' ');
            switch (words[0])
            {
                case "go" when words.Length == 5 && words[1].StartsWith("1.", StringComparison.Ordinal):
                    header = words;
                    minor = Number(words[1][2..]);
                    break;
                case "base" when words.Length == 2 && findBase(minor, words[1]) is { } below:
                    foreach ((string name, RecordedStruct inherited) in below.Structs) structs[name] = inherited;
                    foreach ((string name, RecordedConstant inherited) in below.Constants) constants[name] = inherited;
                    break;
                case "const" when words.Length == 4:
                    constants[words[1]] = new(long.Parse(words[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), Text(words[3]));
                    break;
                case "struct" when words.Length == 4:
                    fields = [];
                    structs[words[1]] = new(words[1], Number(words[2]), Text(words[3]), fields);
                    break;
                case "field" when words.Length == 8:
                    fields.Add(new(words[1], Number(words[2]), Number(words[3]), words[7].Replace('\u00a0', ' '), (GoKind)Number(words[4]), 0, Number(words[5]), words[6] == "embedded"));
                    break;
                default:
                    throw new FormatException($"Not a line of a layout table: {line}");
            }
        }
        if (header is null) throw new FormatException("A layout table without its 'go' line.");
        return new(minor, header[2], header[3], header[4], structs, constants);
    }

    static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    static string Text(string word) => word == "-" ? "" : word;
}
