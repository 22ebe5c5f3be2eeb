using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Vitrine.Grpc.Tests.Protos;

namespace Vitrine.Grpc.Tests.Support;

/// <summary>gRPC written out by hand over .NET's own HTTP/2 client: it can do what no gRPC client would.</summary>
/// <param name="server">Whom it calls.</param>
/// <param name="from">From which address of this machine; null = whichever.</param>
sealed class RawClient(Uri server, IPAddress? from = null) : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, InitialHttp2StreamWindowSize = 65_535, EnableMultipleHttp2Connections = true, ConnectCallback = from is null ? null : (context, end) => Connect(from, context, end) })
    {
        BaseAddress = server,
        Timeout = Limit,
    };

    /// <summary>A message with its five bytes before it.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> message, byte flag = 0, uint? length = null)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), length ?? (uint)message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    public static byte[] Frame(IMessage message) => Frame(message.ToByteArray());

    public static HttpRequestMessage Request(string method, HttpContent content, string contentType = "application/grpc")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, method.Contains('/', StringComparison.Ordinal) ? method : $"/vitrine.tests.Echo/{method}") { Content = content };
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        request.Headers.TE.Add(new("trailers"));
        return request;
    }

    /// <summary>Sends a body and reads the whole answer.</summary>
    public Task<RawAnswer> Call(string method, byte[] body, params IReadOnlyList<(string Name, string Value)> headers)
    {
        var request = Request(method, new ByteArrayContent(body));
        foreach (var (name, value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return Send(request);
    }

    public Task<RawAnswer> Call(string method, IMessage message, params IReadOnlyList<(string Name, string Value)> headers) => Call(method, Frame(message), headers);

    public async Task<RawAnswer> Send(HttpRequestMessage request)
    {
        PriorKnowledge(request);
        using (request)
        using (var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            var body = await response.Content.ReadAsByteArrayAsync();
            return new(response, body);
        }
    }

    /// <summary>Sends and gives the answer when its headers are there.</summary>
    public Task<HttpResponseMessage> Begin(HttpRequestMessage request, CancellationToken cancellation = default)
    {
        PriorKnowledge(request);
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    static async ValueTask<Stream> Connect(IPAddress from, SocketsHttpConnectionContext context, CancellationToken end)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(context.DnsEndPoint, end);
        return new NetworkStream(socket, ownsSocket: true);
    }

    static void PriorKnowledge(HttpRequestMessage request) => (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);

    public void Dispose() => _http.Dispose();
}

/// <summary>An answer: what stands in HTTP, the messages, and the status where it stands.</summary>
sealed class RawAnswer
{
    public RawAnswer(HttpResponseMessage response, byte[] body)
    {
        Http = (int)response.StatusCode;
        ContentType = response.Content.Headers.ContentType?.ToString();
        Body = body;
        AcceptEncoding = One(response.Headers, "grpc-accept-encoding");
        IsTrailersOnly = response.Headers.Contains("grpc-status");
        var status = IsTrailersOnly ? response.Headers : response.TrailingHeaders;
        Status = One(status, "grpc-status") is { } code ? (GrpcStatusCode)int.Parse(code) : null;
        Message = Uri.UnescapeDataString(One(status, "grpc-message") ?? "");
        Details = One(status, "grpc-status-details-bin");
    }

    public int Http { get; }

    public string? ContentType { get; }

    public byte[] Body { get; }

    public string? AcceptEncoding { get; }

    public bool IsTrailersOnly { get; }

    public GrpcStatusCode? Status { get; }

    public string Message { get; }

    public string? Details { get; }

    /// <summary>The messages; the test fails where the framing is broken.</summary>
    public List<Word> Words()
    {
        var words = new List<Word>();
        for (var at = 0; at < Body.Length;)
        {
            Assert.Equal(0, Body[at]);
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(Body.AsSpan(at + 1));
            words.Add(Word.Parser.ParseFrom(Body.AsSpan(at + 5, length)));
            at += 5 + length;
        }
        return words;
    }

    static string? One(System.Net.Http.Headers.HttpHeaders headers, string name) => headers.TryGetValues(name, out var values) ? Assert.Single(values) : null;
}
