using System.Globalization;
using System.Text;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Sockets;

/// <summary>
/// Counters of a whole network namespace, since it was made (/proc/PID/net/netstat, what nstat shows): they belong to all its processes and listening sockets together.
/// </summary>
/// <param name="ListenOverflows">Attempts to connect that were dropped because the accept queue was full (TcpExtListenOverflows).</param>
/// <param name="ListenDrops">All attempts that were dropped, the overflows among them (TcpExtListenDrops).</param>
/// <param name="RequestQueueDrops">Attempts dropped because the queue of handshakes was full and SYN cookies are off (TcpExtTCPReqQFullDrop).</param>
public sealed record NamespaceDrops(long? ListenOverflows, long? ListenDrops, long? RequestQueueDrops)
{
    const int MostBytes = 64 << 10;

    /// <summary>The counters of the namespace of a process; all null when the file cannot be read.</summary>
    internal static NamespaceDrops Read(LinuxProcess process) =>
        Parse(Encoding.ASCII.GetString(ProcFile.TryRead($"/proc/{process.Pid}/net/netstat", MostBytes, out _) ?? []));

    /// <summary>Pairs of lines, "TcpExt: NAME NAME …" and "TcpExt: VALUE VALUE …".</summary>
    internal static NamespaceDrops Parse(string text)
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        string[]? names = null;
        foreach (var line in text.Split('\n').Where(line => line.StartsWith("TcpExt: ", StringComparison.Ordinal)))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (names is null)
            {
                names = words;
                continue;
            }
            for (var i = 1; i < Math.Min(names.Length, words.Length); i++)
            {
                if (long.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                    values[names[i]] = value;
            }
            names = null;
        }
        return new NamespaceDrops(Value("ListenOverflows"), Value("ListenDrops"), Value("TCPReqQFullDrop"));

        long? Value(string name) => values.TryGetValue(name, out var value) ? value : null;
    }
}
