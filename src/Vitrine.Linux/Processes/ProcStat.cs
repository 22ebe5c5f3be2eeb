using System.Globalization;
using System.Text;

namespace Vitrine.Linux.Processes;

/// <summary>
/// /proc/PID/stat and /proc/PID/task/TID/stat (proc_pid_stat(5)). The second field is the name in parentheses; the process chooses it, it may
/// hold spaces, newlines and ")": only what follows the last ")" is split.
/// </summary>
internal readonly record struct ProcStat(string Name, char State, ulong UserTicks, ulong SystemTicks, ulong StartTimeTicks, long ResidentPages, int Processor)
{
    public static bool TryParse(ReadOnlySpan<byte> text, out ProcStat stat)
    {
        stat = default;
        int open = text.IndexOf((byte)'('), close = text.LastIndexOf((byte)')');
        if (open < 0 || close < open || close + 2 >= text.Length)
            return false;
        var name = Encoding.UTF8.GetString(text[(open + 1)..close]);
        var rest = text[(close + 2)..];
        var state = (char)rest[0];
        ulong user = 0, system = 0, start = 0;
        long resident = 0;
        var processor = -1;

        // rest begins with field 3, the state.
        var field = 3;
        foreach (var part in rest.Split((byte)' '))
        {
            var value = rest[part];
            switch (field)
            {
                case 14: _ = ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out user); break;
                case 15: _ = ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out system); break;
                case 22:
                    if (!ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out start))
                        return false;
                    break;
                case 24: _ = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out resident); break;
                case 39: _ = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out processor); break;
            }
            if (++field > 39)
                break;
        }
        if (field <= 22)
            return false;
        stat = new ProcStat(name, state, user, system, start, resident, processor);
        return true;
    }

    public static bool TryRead(string path, out ProcStat stat)
    {
        var text = ProcFile.TryRead(path, 8192, out _);
        stat = default;
        return text is not null && TryParse(text, out stat);
    }
}
