using System.Globalization;

namespace Vitrine.Guard.Identity.Peers;

/// <summary>Numbers of users or groups, by number or by name in <c>/etc/passwd</c> or <c>/etc/group</c> (passwd(5), group(5): both have the name first and the number third).</summary>
/// <remarks>The files are read here rather than asked for with getpwnam, which may go over the network to a directory and load code for it into this process.</remarks>
sealed class SystemNames(string file)
{
    const int MaximumBytes = 4 << 20;

    Dictionary<string, uint>? _numbers;

    /// <summary>The number; null when there is none.</summary>
    public uint? Find(string text)
    {
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number == uint.MaxValue ? null : number;
        return (_numbers ??= Read(file)).TryGetValue(text, out var found) ? found : null;
    }

    static Dictionary<string, uint> Read(string file)
    {
        var numbers = new Dictionary<string, uint>(StringComparer.Ordinal);
        try
        {
            if (new FileInfo(file) is not { Exists: true, Length: <= MaximumBytes }) return numbers;
            foreach (var line in File.ReadLines(file))
            {
                if (line.Split(':', 4) is [{ Length: > 0 } name, _, var digits, _] && uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) numbers.TryAdd(name, number);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then no name is known, and the sentence about the name says so.
        }
        return numbers;
    }
}
