using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Vitrine.Agent.Tests.Gate.Forwarding;

/// <summary>A server that is asked in HTTP and answers whatever a test has it send, byte by byte.</summary>
sealed class RawServer : IAsyncDisposable
{
    readonly Socket _listener;
    readonly CancellationTokenSource _end = new();
    readonly Task _serving;
    readonly List<string> _requests = [];

    RawServer(Socket listener, Func<NetworkStream, CancellationToken, Task> answer)
    {
        _listener = listener;
        _serving = Serve(answer);
    }

    /// <summary>Its address.</summary>
    public string Address => _listener.LocalEndPoint switch
    {
        IPEndPoint ip => $"http://{ip}",
        UnixDomainSocketEndPoint unix => $"unix:{unix}",
        _ => throw new InvalidOperationException(),
    };

    /// <summary>What it was asked, each request's head.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests) return [.. _requests];
        }
    }

    /// <summary>Completed when a caller has closed its connection in the middle of an answer.</summary>
    public TaskCompletionSource Abandoned { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Sends these bytes and closes.</summary>
    public static RawServer Sending(string answer) => Start(async (stream, end) => await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), end));

    /// <summary>Answers as it is told.</summary>
    public static RawServer Start(Func<NetworkStream, CancellationToken, Task> answer, string? socketPath = null)
    {
        var listener = socketPath is null ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(socketPath is null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(socketPath));
        listener.Listen();
        return new RawServer(listener, answer);
    }

    async Task Serve(Func<NetworkStream, CancellationToken, Task> answer)
    {
        try
        {
            while (true)
                _ = Serve(await _listener.AcceptAsync(_end.Token), answer);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    async Task Serve(Socket socket, Func<NetworkStream, CancellationToken, Task> answer)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            var head = new StringBuilder();
            var one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                if (await stream.ReadAsync(one, _end.Token) == 0) return;
                head.Append((char)one[0]);
            }
            lock (_requests) _requests.Add(head.ToString());
            await answer(stream, _end.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            Abandoned.TrySetResult();
        }
    }

    /// <summary>Waits until the caller closes its connection.</summary>
    public async Task AwaitEnd(NetworkStream stream, CancellationToken end)
    {
        try
        {
            await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, end);
        }
        catch (IOException)
        {
        }
        Abandoned.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _serving;
        _end.Dispose();
    }
}
