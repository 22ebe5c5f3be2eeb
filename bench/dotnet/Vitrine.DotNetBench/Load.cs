using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Vitrine.DotNetBench;

/// <summary>Requests over a fixed number of connections that stay open, each asking again as soon as it has its answer.</summary>
sealed class Load : IDisposable
{
    static readonly byte[] s_request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray();

    readonly List<Socket> _sockets = [];

    public Load(int port, int connections)
    {
        for (var i = 0; i < connections; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            _sockets.Add(socket);
            socket.Connect(IPAddress.Loopback, port);
        }
    }

    /// <summary>Requests per second, and the 99th percentile of their time in microseconds.</summary>
    public (double PerSecond, double Percentile) Run(TimeSpan window)
    {
        var begun = Stopwatch.GetTimestamp();
        var all = Task.WhenAll(_sockets.Select(socket => Task.Run(() => Ask(socket, begun, window)))).GetAwaiter().GetResult();
        var elapsed = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var times = all.SelectMany(static one => one).Order().ToList();
        return (times.Count / elapsed, times.Count > 0 ? times[(int)(times.Count * 0.99)] : 0);
    }

    static async Task<List<double>> Ask(Socket socket, long begun, TimeSpan window)
    {
        List<double> times = [];
        var buffer = new byte[4096];
        while (Stopwatch.GetElapsedTime(begun) < window)
        {
            var from = Stopwatch.GetTimestamp();
            await socket.SendAsync(s_request).ConfigureAwait(false);
            var got = 0;
            while (!IsWhole(buffer.AsSpan(0, got)))
                got += await socket.ReceiveAsync(buffer.AsMemory(got)).ConfigureAwait(false) is > 0 and var more ? more : throw new IOException("The service has closed a connection, or its answer is too long.");
            times.Add(Stopwatch.GetElapsedTime(from).TotalMicroseconds);
        }
        return times;
    }

    static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return false;
        if (!answer.StartsWith("HTTP/1.1 200 "u8)) throw new IOException("The service answers with an error.");
        var length = answer[..head].IndexOf("Content-Length: "u8);
        if (length < 0) throw new IOException("The service does not say how long its answer is.");
        var digits = answer[(length + 16)..(head + 2)];
        return answer.Length >= head + 4 + int.Parse(Encoding.ASCII.GetString(digits[..digits.IndexOf((byte)'\r')]), CultureInfo.InvariantCulture);
    }

    public void Dispose() => _sockets.ForEach(static one => one.Dispose());
}
