using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vitrine.Pprof.Tests.Browser;

/// <summary>A connection to a browser: numbered calls, their answers, and events.</summary>
internal sealed class DevTools : IAsyncDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    readonly ClientWebSocket _socket = new();
    readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _calls = new();
    readonly SemaphoreSlim _sending = new(1);
    readonly CancellationTokenSource _closing = new();
    Task _receiving = Task.CompletedTask;
    int _lastCall;

    /// <summary>An event: its session, method and parameters.</summary>
    public event Action<string, string, JsonNode>? Event;

    public static async Task<DevTools> Connect(Uri address)
    {
        var connection = new DevTools();
        using var limit = new CancellationTokenSource(Limit);
        await connection._socket.ConnectAsync(address, limit.Token);
        connection._receiving = connection.Receive();
        return connection;
    }

    public async Task<JsonNode> Call(string method, JsonObject? parameters = null, string? session = null)
    {
        var id = Interlocked.Increment(ref _lastCall);
        var answer = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[id] = answer;
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
            message["sessionId"] = session;
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, _closing.Token);
        }
        finally
        {
            _sending.Release();
        }
        return await answer.Task.WaitAsync(Limit);
    }

    async Task Receive()
    {
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                message.SetLength(0);
                WebSocketReceiveResult part;
                do
                {
                    part = await _socket.ReceiveAsync(buffer, _closing.Token);
                    message.Write(buffer, 0, part.Count);
                }
                while (!part.EndOfMessage);
                if (part.MessageType == WebSocketMessageType.Close)
                    break;
                Dispatch(JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // closed, by us or by the end of the browser
        }
        foreach (var call in _calls.Values)
            call.TrySetException(new InvalidOperationException("the browser closed the connection"));
    }

    void Dispatch(JsonNode message)
    {
        if (message["id"] is { } id)
        {
            if (!_calls.TryRemove(id.GetValue<int>(), out var call))
                return;
            if (message["error"] is { } error)
                call.TrySetException(new InvalidOperationException($"DevTools: {error.ToJsonString()}"));
            else
                call.TrySetResult(message["result"]!);
            return;
        }
        Event?.Invoke(message["sessionId"]?.GetValue<string>() ?? "", message["method"]!.GetValue<string>(), message["params"]!);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _receiving;
        _socket.Dispose();
        _sending.Dispose();
        _closing.Dispose();
    }
}
