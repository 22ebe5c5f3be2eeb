using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Vitrine.Doors.Tests.Support;

/// <summary>
/// Answers as the bytes that they are on the wire, a connection for each, so that nothing that a client library leaves out or puts in order can hide a difference. Bytes are Latin-1 characters; the time of the clock is the one thing
/// that two equal answers may differ in, and is taken out.
/// </summary>
static partial class RawHttp
{
    const byte Data = 0, Headers = 1, ResetStream = 3, Settings = 4, GoAway = 7, EndStream = 0x1, Acknowledged = 0x1, EndHeaders = 0x4;

    static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>The whole answer over HTTP/1.1.</summary>
    public static async Task<string> Http1(int port, string method, string target, params (string Name, string Value)[] headers)
    {
        using var client = await Connect(port);
        var request = new StringBuilder($"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n");
        foreach (var (name, value) in headers) request.Append($"{name}: {value}\r\n");
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request.Append("\r\n").ToString()));
        using var answer = new MemoryStream();
        await client.GetStream().CopyToAsync(answer).WaitAsync(s_limit);
        return WithoutTime(Encoding.Latin1.GetString(answer.ToArray()));
    }

    /// <summary>
    /// The answer over HTTP/2 (RFC 9113), without TLS and by prior knowledge: <c>headers</c> as HPACK has them, <c>body</c>, and <c>broken</c> where the server gave up. Into how many frames a body is cut is left out: a server cuts it
    /// where its writer happens to be.
    /// </summary>
    public static async Task<string> Http2(int port, string method, string target, params (string Name, string Value)[] headers)
    {
        using var client = await Connect(port);
        var stream = client.GetStream();
        using var block = new MemoryStream();
        foreach (var (name, value) in (IEnumerable<(string, string)>)[(":method", method), (":scheme", "http"), (":path", target), (":authority", "localhost"), .. headers.Select(static one => (one.Name.ToLowerInvariant(), one.Value))])
        {
            // A literal that is not indexed, with a new name (RFC 7541, 6.2.2).
            block.WriteByte(0);
            WriteText(block, name);
            WriteText(block, value);
        }
        using var request = new MemoryStream();
        request.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        WriteFrame(request, Settings, 0, 0, []);
        WriteFrame(request, Headers, EndHeaders | EndStream, 1, block.ToArray());
        await stream.WriteAsync(request.ToArray());

        var (answer, body) = (new StringBuilder(), new StringBuilder());
        var head = new byte[9];
        while (true)
        {
            await stream.ReadExactlyAsync(head).AsTask().WaitAsync(s_limit);
            var (type, flags, id) = (head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)));
            var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8];
            await stream.ReadExactlyAsync(payload).AsTask().WaitAsync(s_limit);
            if (type == Settings && (flags & Acknowledged) == 0)
            {
                using var acknowledgement = new MemoryStream();
                WriteFrame(acknowledgement, Settings, Acknowledged, 0, []);
                await stream.WriteAsync(acknowledgement.ToArray());
            }
            if (id != 1 && type != GoAway) continue;
            if (type == Data) body.Append(Encoding.Latin1.GetString(payload));
            else answer.Append(type == Headers ? "headers: " : $"broken, frame {type}: ").Append(Encoding.Latin1.GetString(payload)).Append('\n');
            if (type is ResetStream or GoAway || (type is Data or Headers && (flags & EndStream) != 0)) return WithoutTime($"{answer}body: {body}");
        }
    }

    static async Task<TcpClient> Connect(int port)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }

    static void WriteFrame(Stream output, byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[9];
        BinaryPrimitives.WriteInt32BigEndian(head, payload.Length << 8);
        (head[3], head[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(head[5..], stream);
        output.Write(head);
        output.Write(payload);
    }

    // A length in a prefix of seven bits (RFC 7541, 5.1), and the text as it is.
    static void WriteText(Stream output, string text)
    {
        var length = text.Length;
        if (length < 127) output.WriteByte((byte)length);
        else
        {
            output.WriteByte(127);
            for (length -= 127; length >= 128; length >>= 7) output.WriteByte((byte)(length & 127 | 128));
            output.WriteByte((byte)length);
        }
        output.Write(Encoding.Latin1.GetBytes(text));
    }

    static string WithoutTime(string answer) => Time().Replace(answer, "(time)");

    [GeneratedRegex("[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")]
    private static partial Regex Time();
}
