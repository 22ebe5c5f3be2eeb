using System.Globalization;
using System.Text;

namespace Vitrine.Linux.Processes;

/// <summary>/proc/PID/limits: a name in a column of fixed width, then soft limit, hard limit and unit.</summary>
static class ResourceLimits
{
    /// <summary>Soft and hard limit of core files; <see cref="ulong.MaxValue"/> for none. Null when there is no such line.</summary>
    public static (ulong Soft, ulong Hard)? CoreFileSize(ReadOnlySpan<byte> text)
    {
        const string name = "Max core file size";
        foreach (var line in Encoding.ASCII.GetString(text).Split('\n'))
        {
            if (!line.StartsWith(name, StringComparison.Ordinal))
                continue;
            var words = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2 && TryParse(words[0], out var soft) && TryParse(words[1], out var hard))
                return (soft, hard);
        }
        return null;
    }

    static bool TryParse(string word, out ulong value)
    {
        value = ulong.MaxValue;
        return word == "unlimited" || ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
