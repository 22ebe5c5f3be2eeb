using System.Globalization;
using Vitrine.Agent.Show;
using Vitrine.Insight.HeapGrowth;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.DotNet;

/// <summary>How much a process may still grow: until the narrowest limit of its control groups, or until the machine has no more.</summary>
static class MemoryRoom
{
    const string Groups = "/sys/fs/cgroup", Machine = "/proc/meminfo";

    // Files of one line, or of some fifty; a path has no more folders than that.
    const int MostBytes = 16_384, MostFolders = 64;

    public static HeapRoom Of(LinuxProcess process)
    {
        if (Available() is not { } free)
            return new(Known<double>.Unknown($"{Machine} says nothing of MemAvailable"), "");
        var limit = "the end of the machine's memory";
        var group = process.CgroupPath ?? "/";
        for (var i = 0; i < MostFolders && group is { Length: > 1 }; i++, group = Path.GetDirectoryName(group))
        {
            // In another namespace of control groups the path is another's: then there is no such file, and the machine is the limit.
            if (Number($"{Groups}{group}/memory.max") is not { } most || Number($"{Groups}{group}/memory.current") is not { } used || most - used >= free) continue;
            (free, limit) = (Math.Max(0, most - used), $"the memory limit of its control group ({Units.Bytes(most)})");
        }
        return new(Known<double>.Of(free, Provenance.Read($"{Machine}, {Groups}")), limit);
    }

    static double? Available()
    {
        foreach (var line in (Text(Machine) ?? "").Split('\n'))
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal) && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..]
                && double.TryParse(kilobytes, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return number * 1024;
        return null;
    }

    // "max" is no number: there is no limit.
    static double? Number(string path) => Text(path) is { } text && double.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    static string? Text(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[MostBytes];
            return System.Text.Encoding.ASCII.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
