using System.Globalization;
using System.Text;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Processes;

/// <summary>Turns kernel clock ticks into times.</summary>
internal static class SystemClock
{
    const int TicksPerSecondName = 2; // _SC_CLK_TCK

    /// <summary>Clock ticks (USER_HZ) per second; 100 on every supported architecture.</summary>
    public static long TicksPerSecond { get; } = Math.Max(1, Libc.Sysconf(TicksPerSecondName));

    public static TimeSpan FromTicks(ulong ticks) => TimeSpan.FromTicks((long)(Math.Min(ticks, long.MaxValue / TimeSpan.TicksPerSecond) * (ulong)(TimeSpan.TicksPerSecond / TicksPerSecond)));

    /// <summary>
    /// Time since boot, suspended time included, as process start times count it. Read from /proc/uptime, which a time namespace shifts in the same way as
    /// the start times.
    /// </summary>
    public static TimeSpan SinceBoot()
    {
        var text = ProcFile.TryRead("/proc/uptime", 256, out _);
        var first = text is null ? "" : Encoding.ASCII.GetString(text).Split(' ')[0];
        return double.TryParse(first, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.FromMilliseconds(Environment.TickCount64);
    }
}
