using System.Globalization;
using System.Text;

namespace Vitrine.Linux.Processes;

/// <summary>Memory of a process as /proc/PID/smaps_rollup sums it up, in bytes.</summary>
/// <param name="ResidentBytes">Rss: pages in memory, shared ones in full.</param>
/// <param name="ProportionalBytes">Pss: shared pages divided by the number of processes that share them.</param>
/// <param name="PrivateDirtyBytes">Pages of its own that differ from any file.</param>
/// <param name="SwapBytes">Pages that were swapped out.</param>
public readonly record struct MemoryUsage(long ResidentBytes, long ProportionalBytes, long PrivateDirtyBytes, long SwapBytes)
{
    internal static MemoryUsage Parse(ReadOnlySpan<byte> text)
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in Encoding.ASCII.GetString(text).Split('\n'))
        {
            var parts = line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
            if (parts is [var key, var value, "kB"] && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) && kibibytes < long.MaxValue / 1024)
                values[key] = kibibytes * 1024;
        }
        return new MemoryUsage(values.GetValueOrDefault("Rss"), values.GetValueOrDefault("Pss"), values.GetValueOrDefault("Private_Dirty"), values.GetValueOrDefault("Swap"));
    }
}
