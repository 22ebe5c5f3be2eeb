using System.Text;

namespace Vitrine.Linux.Processes;

/// <summary>
/// Finds the container id in a cgroup path, as the engines write it:
/// /docker/ID · /system.slice/docker-ID.scope · /kubepods/burstable/podUID/ID · /kubepods.slice/…/cri-containerd-ID.scope · crio-ID.scope · libpod-ID.scope ·
/// /k8s.io/ID (containerd) · /lxc/NAME and /machine.slice/…
/// </summary>
internal static class ContainerIds
{
    static readonly string[] Prefixes = ["docker-", "cri-containerd-", "crio-", "libpod-", "containerd-"];

    /// <summary>The innermost path segment that holds an id, or null.</summary>
    public static string? FromCgroupPath(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = parts.Length - 1; i >= 0; i--)
        {
            var part = parts[i];
            if (part.EndsWith(".scope", StringComparison.Ordinal))
                part = part[..^".scope".Length];

            // containerd's cgroupfs form is SLICE:PREFIX:ID.
            part = part[(part.LastIndexOf(':') + 1)..];
            foreach (var prefix in Prefixes)
            {
                if (part.StartsWith(prefix, StringComparison.Ordinal))
                {
                    part = part[prefix.Length..];
                    break;
                }
            }
            if (IsId(part))
                return part;
            if (i > 0 && parts[i - 1] is "lxc" or "lxc.payload")
                return part;
            if (part.StartsWith("lxc.payload.", StringComparison.Ordinal))
                return part["lxc.payload.".Length..];
        }
        return null;
    }

    /// <summary>
    /// The path of the unified hierarchy ("0::/path") or, with cgroup v1 or a mix, the path that says most (the longest of those with a container id, else the longest).
    /// </summary>
    public static string? CgroupPath(ReadOnlySpan<byte> cgroupFile)
    {
        string? best = null, unified = null;
        foreach (var line in Encoding.UTF8.GetString(cgroupFile).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // hierarchy:controllers:path, and the path may hold colons itself.
            var parts = line.Split(':', 3);
            if (parts.Length != 3)
                continue;
            if (parts[0] == "0")
                unified = parts[2];
            if (best is null || Rank(parts[2]) > Rank(best))
                best = parts[2];
        }
        return unified is not null && (best is null || Rank(unified) >= Rank(best) || FromCgroupPath(best) is null) ? unified : best;
    }

    static int Rank(string path) => (FromCgroupPath(path) is null ? 0 : 1_000_000) + path.Length;

    static bool IsId(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}
