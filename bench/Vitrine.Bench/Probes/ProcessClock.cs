using System.Globalization;

namespace Vitrine.Bench.Probes;

/// <summary>What a process and its threads have used so far, from /proc.</summary>
static class ProcessClock
{
    const double TicksPerSecond = 100; // USER_HZ, the same on every Linux

    /// <summary>User and system time.</summary>
    public static TimeSpan Cpu(int pid)
    {
        var text = File.ReadAllText($"/proc/{pid}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond);
    }

    /// <summary>The most that was resident at once.</summary>
    public static long PeakBytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
