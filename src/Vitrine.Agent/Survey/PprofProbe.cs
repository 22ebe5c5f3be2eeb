using System.Net;
using System.Net.Sockets;
using System.Text;
using Vitrine.Instruments;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Survey;

/// <summary>
/// Asks a process's TCP listeners whether they answer /debug/pprof/ to anybody. Only with --probe: it is a request to the service, which appears in
/// its logs. It asks for the index page, which costs the service next to nothing, and never for a profile.
/// </summary>
static class PprofProbe
{
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Listeners asked per process at most.</summary>
    public const int MostListeners = 16;

    /// <summary>Bytes of the answer read at most: the index page names "goroutine" in its first lines.</summary>
    const int MostBytes = 16 * 1024;

    public static Known<string> Ask(IReadOnlyList<SocketInfo> listeners)
    {
        var route = Provenance.Read("GET /debug/pprof/ on its listeners");
        var asked = 0;
        foreach (var listener in listeners)
        {
            if (listener.Protocol is not (SocketProtocol.Tcp or SocketProtocol.Tcp6) || listener.Local is not { } local)
                continue;
            if (++asked > MostListeners)
                break;
            if (Ask(local) == PprofAnswer.Open)
                return Known<string>.Of(local.ToString(), route);
        }
        return Known<string>.Unknown(asked == 0 ? "it has no TCP listener" : $"none of its {Math.Min(asked, MostListeners)} listeners answered with a pprof index in plain HTTP", route);
    }

    static IPEndPoint Reachable(IPEndPoint listening)
    {
        if (listening.Address.Equals(IPAddress.Any))
            return new IPEndPoint(IPAddress.Loopback, listening.Port);
        return listening.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, listening.Port) : listening;
    }

    /// <summary>Asks one listener of this machine, in this network namespace.</summary>
    public static PprofAnswer Ask(IPEndPoint listening)
    {
        var address = Reachable(listening);
        try
        {
            using var timeout = new CancellationTokenSource(Patience);
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            return Ask(socket, address, timeout.Token).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or IOException)
        {
            return PprofAnswer.NotHttp;
        }
    }

    static async Task<PprofAnswer> Ask(Socket socket, IPEndPoint address, CancellationToken timeout)
    {
        await socket.ConnectAsync(address, timeout).ConfigureAwait(false);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /debug/pprof/ HTTP/1.1\r\nHost: {address}\r\nUser-Agent: vitrine\r\nConnection: close\r\n\r\n"), timeout).ConfigureAwait(false);
        var answer = new byte[MostBytes];
        var length = 0;
        while (length < answer.Length)
        {
            var read = await socket.ReceiveAsync(answer.AsMemory(length), timeout).ConfigureAwait(false);
            if (read == 0)
                break;
            length += read;
        }
        var text = Encoding.Latin1.GetString(answer, 0, length);
        if (!text.StartsWith("HTTP/1.", StringComparison.Ordinal))
            return PprofAnswer.NotHttp;
        return text.Split(' ', 3) switch
        {
            [_, "200", ..] when text.Contains("goroutine?debug=", StringComparison.Ordinal) => PprofAnswer.Open,
            [_, "401" or "403" or "407", ..] => PprofAnswer.AsksWho,
            _ => PprofAnswer.NotThere,
        };
    }
}
