using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;

namespace Vitrine.Grpc.Tests.Support;

/// <summary>A caller by hand (RFC 9113) that opens as many streams as it may and makes no room for a single byte of an answer, from an address of this machine that it chooses.</summary>
sealed class StalledClient : IDisposable
{
    readonly TcpClient _client;
    int _stream = 1;

    StalledClient(TcpClient client) => _client = client;

    public static async Task<StalledClient> Connect(Uri server, IPAddress? from = null)
    {
        var client = new TcpClient(new IPEndPoint(from ?? IPAddress.Loopback, 0)) { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        // SETTINGS_INITIAL_WINDOW_SIZE = 0.
        await client.GetStream().WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(4, 0, 0, [0, 4, 0, 0, 0, 0])]);
        return new(client);
    }

    /// <summary>Makes a call; nobody waits for its answer.</summary>
    public async Task Call(string path, IMessage message)
    {
        var id = _stream;
        _stream += 2;
        var headers = new List<byte>();
        foreach (var (name, value) in ((string, string)[])[(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers")])
            // A literal that is not indexed, with a new name (RFC 7541, 6.2.2); none of these is longer than 126.
            headers.AddRange([0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)]);
        await _client.GetStream().WriteAsync((byte[])[.. Frame(1, 4, id, [.. headers]), .. Frame(0, 1, id, RawClient.Frame(message))]);
    }

    static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    public void Dispose() => _client.Dispose();
}
