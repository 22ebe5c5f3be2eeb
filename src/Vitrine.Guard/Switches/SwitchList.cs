using System.Globalization;

namespace Vitrine.Guard.Switches;

/// <summary>Switches as one text, <c>pprof_heap=1,pprof_trace=0</c>, read as Go reads GODEBUG: settings divided by commas, and of two for the same name the last one holds. Unlike there, what is not understood is said.</summary>
static class SwitchList
{
    /// <summary>More settings than this are not read.</summary>
    public const int MaximumSettings = 1000;

    /// <summary>Reads it.</summary>
    /// <param name="text">The text; empty says nothing.</param>
    /// <param name="problems">Takes a sentence for each setting that is not understood; that setting has no effect.</param>
    public static Dictionary<string, SwitchWord> Parse(string text, ICollection<string> problems)
    {
        var words = new Dictionary<string, SwitchWord>(StringComparer.Ordinal);
        var count = 0;
        foreach (var range in text.AsSpan().Split(','))
        {
            var setting = text.AsSpan()[range].Trim();
            if (setting.IsEmpty) continue;
            if (++count > MaximumSettings)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"there are more than {MaximumSettings} settings: the rest is left out"));
                break;
            }
            var equals = setting.IndexOf('=');
            if (equals < 0 || SwitchNames.Normalize(setting[..equals].TrimEnd()) is not { } name || ReadState(setting[(equals + 1)..].TrimStart()) is not { } isOn)
                problems.Add($"\"{Shorten(setting)}\" is not understood: it is NAME=1 or NAME=0");
            else
                words[name] = new(isOn);
        }
        return words;
    }

    static bool? ReadState(ReadOnlySpan<char> text) => text switch
    {
        "1" or "on" or "true" => true,
        "0" or "off" or "false" => false,
        _ => null,
    };

    static string Shorten(ReadOnlySpan<char> text) => text.Length <= 80 ? text.ToString() : string.Concat(text[..80], "…");
}
