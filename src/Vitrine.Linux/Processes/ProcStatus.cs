using System.Globalization;
using System.Text;

namespace Vitrine.Linux.Processes;

/// <summary>/proc/PID/status: "Key:\tvalue" lines. The Name line is escaped by the kernel, so that a name cannot forge another line.</summary>
internal sealed class ProcStatus
{
    readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    ProcStatus()
    {
    }

    public int? SeccompMode => Number("Seccomp") is { } mode ? (int)mode : null;

    public bool? NoNewPrivileges => Number("NoNewPrivs") is { } flag ? flag != 0 : null;

    public int? SeccompFilters => (int?)Number("Seccomp_filters");

    /// <summary>The process that traces this one; 0 = none. The kernel gives the thread that made the call, which need not be the first of its process: https://github.com/torvalds/linux/blob/v6.12/fs/proc/array.c, task_state</summary>
    public int TracerPid => (int?)Number("TracerPid") is > 0 and var thread ? TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{thread}/status"))?.ThreadGroup ?? thread : 0;

    public int? ThreadGroup => (int?)Number("Tgid");

    public int? ParentPid => (int?)Number("PPid");

    /// <summary>Linux 6.8 says it; null before.</summary>
    public bool? IsKernelThread => Number("Kthread") is { } flag ? flag != 0 : null;

    public bool? IsDumpingCore => Number("CoreDumping") is { } flag ? flag != 0 : null;

    /// <summary>Real, effective, saved, file system.</summary>
    public uint[] Uids => Numbers("Uid");

    /// <summary>Real, effective, saved, file system.</summary>
    public uint[] Gids => Numbers("Gid");

    public CapabilitySet Capabilities => new(Hex("CapEff"), Hex("CapPrm"), Hex("CapBnd"));

    /// <summary>The pids of the process in its pid namespaces, from the viewer's inward.</summary>
    public int[] NamespacePids => [.. Numbers("NSpid").Select(n => (int)n)];

    public static ProcStatus Parse(ReadOnlySpan<byte> text)
    {
        var status = new ProcStatus();
        foreach (var line in text.Split((byte)'\n'))
        {
            var bytes = text[line];
            var colon = bytes.IndexOf((byte)':');
            if (colon > 0)
                status.values.TryAdd(Encoding.UTF8.GetString(bytes[..colon]), Encoding.UTF8.GetString(bytes[(colon + 1)..]).Trim());
        }
        return status;
    }

    public static ProcStatus? TryRead(string path)
    {
        var text = ProcFile.TryRead(path, 65_536, out _);
        return text is null ? null : Parse(text);
    }

    long? Number(string key) =>
        values.TryGetValue(key, out var text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    uint[] Numbers(string key) =>
        values.TryGetValue(key, out var text)
            ? [.. text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(n => uint.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : uint.MaxValue)]
            : [];

    ulong Hex(string key) =>
        values.TryGetValue(key, out var text) && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mask) ? mask : 0;
}
