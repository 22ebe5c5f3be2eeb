using System.Globalization;
using System.Runtime.InteropServices;

namespace Vitrine.Bench.Reporting;

/// <summary>The machine that a result was measured on, in one line.</summary>
static class Machine
{
    public static string Describe()
    {
        var memory = Value("/proc/meminfo", "MemTotal").Split(' ')[0];
        var gibibytes = Math.Round(double.Parse(memory, CultureInfo.InvariantCulture) / (1024 * 1024));
        return string.Create(CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:yyyy-MM-dd}; {Value("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} cores, {gibibytes} GiB; {System()}; Linux {Environment.OSVersion.Version}; .NET {Environment.Version}; load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} at the end");
    }

    static string System() => Value("/etc/os-release", "PRETTY_NAME").Trim('"') is { Length: > 0 } name ? name : RuntimeInformation.OSDescription;

    static string Value(string file, string key)
    {
        foreach (var line in File.ReadLines(file))
            if (line.StartsWith(key, StringComparison.Ordinal)) return line[(line.IndexOfAny([':', '=']) + 1)..].Trim();
        return "unknown";
    }
}
