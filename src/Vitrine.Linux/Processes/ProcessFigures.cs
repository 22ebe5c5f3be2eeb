using System.Globalization;
using System.Text;

namespace Vitrine.Linux.Processes;

/// <summary>What Prometheus's clients tell of their own process, read from outside. A figure is null when the kernel does not say.</summary>
public sealed record ProcessFigures
{
    const int MostBytes = 64 << 10;

    /// <summary>Processor time, user and system, in seconds.</summary>
    public double? ProcessorSeconds { get; init; }

    /// <summary>Open file descriptors; only as many as <see cref="Binaries.Limits.MaxFileDescriptors"/> are counted.</summary>
    public long? OpenFiles { get; init; }

    /// <summary>File descriptors that may be open; <see cref="ulong.MaxValue"/> = no limit.</summary>
    public ulong? MaxOpenFiles { get; init; }

    /// <summary>Address space in use, in bytes.</summary>
    public long? VirtualBytes { get; init; }

    /// <summary>Address space that may be used, in bytes; <see cref="ulong.MaxValue"/> = no limit.</summary>
    public ulong? MaxVirtualBytes { get; init; }

    /// <summary>Memory that is resident, in bytes.</summary>
    public long? ResidentBytes { get; init; }

    /// <summary>When it was started, in seconds since 1970.</summary>
    public double? StartedAtSeconds { get; init; }

    /// <summary>Bytes that arrived in its network namespace.</summary>
    public long? ReceivedBytes { get; init; }

    /// <summary>Bytes that left its network namespace.</summary>
    public long? SentBytes { get; init; }

    /// <summary>Reads the figures of a process.</summary>
    /// <exception cref="TargetGoneException">It has ended.</exception>
    public static ProcessFigures Of(LinuxProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        var pid = process.Pid;
        var memory = Text($"/proc/{pid}/statm").Split(' ');
        var limits = Text($"/proc/{pid}/limits");
        var (received, sent) = ParseOctets(Text($"/proc/{pid}/net/netstat"));
        var figures = new ProcessFigures
        {
            ProcessorSeconds = process.ProcessorTime.TotalSeconds,
            OpenFiles = OpenFilesOf(process),
            MaxOpenFiles = ParseLimit(limits, "Max open files"),
            MaxVirtualBytes = ParseLimit(limits, "Max address space"),
            VirtualBytes = Pages(memory, 0),
            ResidentBytes = Pages(memory, 1),
            StartedAtSeconds = BootedAt() is { } booted ? booted + (double)process.Identity.StartTimeTicks / SystemClock.TicksPerSecond : null,
            ReceivedBytes = received,
            SentBytes = sent,
        };
        process.ThrowIfGone(null);
        return figures;
    }

    /// <summary>The soft limit of a line such as <c>Max open files  1024  4096  files</c>; names and values stand in columns.</summary>
    internal static ulong? ParseLimit(string limits, string name)
    {
        foreach (var line in limits.Split('\n'))
        {
            if (!line.StartsWith(name + " ", StringComparison.Ordinal))
                continue;
            var soft = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var first, ..] ? first : "";
            return soft == "unlimited" ? ulong.MaxValue : ulong.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        }
        return null;
    }

    /// <summary>InOctets and OutOctets of the pair of lines that begin with IpExt.</summary>
    internal static (long? Received, long? Sent) ParseOctets(string netstat)
    {
        var lines = netstat.Split('\n').Where(static line => line.StartsWith("IpExt: ", StringComparison.Ordinal)).Select(static line => line.Split(' ')).ToList();
        if (lines is not [var names, var values, ..])
            return (null, null);
        long? Value(string name) => Array.IndexOf(names, name) is var at and > 0 && at < values.Length && long.TryParse(values[at], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        return (Value("InOctets"), Value("OutOctets"));
    }

    static long? OpenFilesOf(LinuxProcess process)
    {
        try
        {
            return process.FileDescriptors().Count;
        }
        catch (AccessDeniedException)
        {
            return null;
        }
    }

    /// <summary>The second of 1970 in which the machine was started, as the kernel rounds it (<c>btime</c>): the client of Prometheus adds to the same.</summary>
    static long? BootedAt()
    {
        foreach (var line in Text("/proc/stat", 4 << 20).Split('\n'))
        {
            if (line.StartsWith("btime ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                return seconds;
        }
        return null;
    }

    static long? Pages(string[] fields, int index) =>
        index < fields.Length && long.TryParse(fields[index], NumberStyles.None, CultureInfo.InvariantCulture, out var pages) ? pages * Environment.SystemPageSize : null;

    static string Text(string path, int most = MostBytes) => Encoding.ASCII.GetString(ProcFile.TryRead(path, most, out _) ?? []);
}
