using System.IO.Compression;
using Google.Protobuf;
using Vitrine.Grpc.Tests.Protos;
using Vitrine.Grpc.Tests.Support;

namespace Vitrine.Grpc.Tests.Framing;

/// <summary>Frames as they should be, and as they should not.</summary>
public sealed class FramingTests
{
    static readonly GrpcLimits s_limits = new() { MaximumRequestBytes = 1000, MaximumResponseBytes = 2000, MaximumRequests = 3 };

    static async Task<RawAnswer> Say(byte[] body, params IReadOnlyList<(string, string)> headers)
    {
        await using var server = await EchoServer.Start(limits: s_limits);
        using var client = new RawClient(server.Http2);
        return await client.Call("Say", body, headers);
    }

    static byte[] Gzip(byte[] bytes)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize)) gzip.Write(bytes);
        return compressed.ToArray();
    }

    static byte[] Message(int payload) => new Word { Payload = ByteString.CopyFrom(new byte[payload]) }.ToByteArray();

    [Fact]
    public async Task Unary_OneMessage_IsAnsweredWithHeadersMessageAndTrailers()
    {
        var answer = await Say(RawClient.Frame(new Word { Text = "hello" }));
        Assert.Equal((200, "application/grpc", GrpcStatusCode.Ok, "", false), (answer.Http, answer.ContentType, answer.Status, answer.Message, answer.IsTrailersOnly));
        Assert.Equal("hello", Assert.Single(answer.Words()).Text);
        Assert.Equal("identity,gzip", answer.AcceptEncoding);
    }

    [Fact]
    public async Task Unary_EmptyMessage_IsAMessage()
    {
        var answer = await Say([0, 0, 0, 0, 0]);
        Assert.Equal(GrpcStatusCode.Ok, answer.Status);
        Assert.Equal([0, 0, 0, 0, 0], answer.Body);
    }

    [Fact]
    public async Task Unary_MessageInSingleBytes_IsPutTogether()
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        var body = RawClient.Frame(new Word { Text = "slowly" });
        var answer = await client.Send(RawClient.Request("Say", new ScriptedContent(async stream =>
        {
            foreach (var one in body)
            {
                await stream.WriteAsync(new[] { one });
                await stream.FlushAsync();
            }
        })));
        Assert.Equal("slowly", Assert.Single(answer.Words()).Text);
    }

    [Fact]
    public async Task Unary_MessageOfTheGreatestLength_Passes()
    {
        var message = Message(996);
        Assert.Equal(s_limits.MaximumRequestBytes, message.Length + 1);
        Assert.Equal(GrpcStatusCode.Ok, (await Say(RawClient.Frame(message))).Status);
    }

    public static TheoryData<string, byte[], GrpcStatusCode, string> Broken() => new()
    {
        { "nothing", [], GrpcStatusCode.Unimplemented, "none came" },
        { "two messages", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], GrpcStatusCode.Unimplemented, "more than one" },
        { "a message and a half", [0, 0, 0, 0, 0, 0, 0], GrpcStatusCode.Internal, "in the middle" },
        { "half a header", [0, 0, 0], GrpcStatusCode.Internal, "in the middle" },
        { "a message that ends early", RawClient.Frame([8, 1], length: 3), GrpcStatusCode.Internal, "in the middle" },
        { "one byte too long", RawClient.Frame(Message(999)), GrpcStatusCode.ResourceExhausted, "1000" },
        { "four gigabytes announced", RawClient.Frame([], length: uint.MaxValue), GrpcStatusCode.ResourceExhausted, "4294967295" },
        { "two gigabytes announced", RawClient.Frame([], length: 0x8000_0000), GrpcStatusCode.ResourceExhausted, "2147483648" },
        { "a flag that is none", RawClient.Frame([], flag: 2), GrpcStatusCode.Internal, "neither 0 nor 1" },
        { "compressed without an encoding", RawClient.Frame([], flag: 1), GrpcStatusCode.Internal, "grpc-encoding" },
        { "text", "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), GrpcStatusCode.Internal, "neither 0 nor 1" },
        { "not this message", RawClient.Frame([0x0a, 0x7f, 0x41]), GrpcStatusCode.Internal, "not what its method takes" },
        { "not UTF-8", RawClient.Frame([0x0a, 0x01, 0xff]), GrpcStatusCode.Ok, "" },
        { "a field of number 0", RawClient.Frame([0x00, 0x01]), GrpcStatusCode.Internal, "not what its method takes" },
        { "nested too deeply", RawClient.Frame(Nested(150)), GrpcStatusCode.Internal, "not what its method takes" },
    };

    static byte[] Nested(int depth)
    {
        var word = new Word();
        for (var i = 0; i < depth; i++) word = new() { Inner = word };
        return word.ToByteArray();
    }

    [Theory, MemberData(nameof(Broken))]
    public async Task Unary_BrokenRequest_HasTheStatusOfItsKind(string what, byte[] body, GrpcStatusCode code, string message)
    {
        var answer = await Say(body);
        Assert.True((200, code) == (answer.Http, answer.Status), $"{what}: HTTP {answer.Http}, {answer.Status}: {answer.Message}");
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
        if (code != GrpcStatusCode.Ok) Assert.True(answer.IsTrailersOnly, what);
    }

    [Fact]
    public async Task Unary_Gzip_IsInflated()
    {
        var answer = await Say(RawClient.Frame(Gzip(new Word { Text = "packed" }.ToByteArray()), flag: 1), ("grpc-encoding", "gzip"));
        Assert.Equal("packed", Assert.Single(answer.Words()).Text);
    }

    [Fact]
    public async Task Unary_EncodingWithoutTheFlag_IsNotInflated()
    {
        // Each message says for itself whether it is compressed.
        var answer = await Say(RawClient.Frame(new Word { Text = "plain" }), ("grpc-encoding", "gzip"));
        Assert.Equal("plain", Assert.Single(answer.Words()).Text);
    }

    [Fact]
    public async Task Unary_GzipBomb_IsStoppedAtTheLimit()
    {
        var bomb = Gzip(Message(500_000));
        Assert.True(bomb.Length < s_limits.MaximumRequestBytes);
        var answer = await Say(RawClient.Frame(bomb, flag: 1), ("grpc-encoding", "gzip"));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, answer.Status);
        Assert.Contains("inflated", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unary_GzipThatIsNone_IsInternal()
    {
        var answer = await Say(RawClient.Frame([1, 2, 3], flag: 1), ("grpc-encoding", "gzip"));
        Assert.Equal(GrpcStatusCode.Internal, answer.Status);
    }

    [Fact]
    public async Task Unary_GzipThatIsCutOff_IsInternal()
    {
        var whole = Gzip(new Word { Text = "the first half of this, and the second half of this" }.ToByteArray());
        for (var length = 1; length < whole.Length - 8; length++)
            Assert.Equal(GrpcStatusCode.Internal, (await Say(RawClient.Frame(whole.AsSpan(0, length), flag: 1), ("grpc-encoding", "gzip"))).Status);
    }

    [Fact]
    public async Task Unary_UnknownCompression_IsUnimplementedAndSaysWhatIsKnown()
    {
        var answer = await Say(RawClient.Frame([1, 2, 3], flag: 1), ("grpc-encoding", "snappy"));
        Assert.Equal((GrpcStatusCode.Unimplemented, "identity,gzip"), (answer.Status, answer.AcceptEncoding));
        Assert.Contains("identity,gzip", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unary_RequestThatNeverEnds_EndsAfterTheReadTime()
    {
        await using var server = await EchoServer.Start(limits: new() { ReadTime = TimeSpan.FromMilliseconds(300) });
        using var client = new RawClient(server.Http2);
        var over = new TaskCompletionSource();
        var answer = await client.Send(RawClient.Request("Say", new ScriptedContent(async stream =>
        {
            await stream.WriteAsync(RawClient.Frame(new Word { Text = "and then" }));
            await stream.FlushAsync();
            await over.Task;
        })));
        over.SetResult();
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, answer.Status);
    }

    [Fact]
    public async Task Unary_BodyWithoutEnd_IsRefusedAtTheFirstLength()
    {
        await using var server = await EchoServer.Start(limits: s_limits);
        using var client = new RawClient(server.Http2);
        long sent = 0;
        var answer = await client.Send(RawClient.Request("Say", new ScriptedContent(async stream =>
        {
            await stream.WriteAsync(RawClient.Frame([], length: 100_000_000));
            while (sent < 100_000_000)
            {
                await stream.WriteAsync(new byte[16_384]);
                sent += 16_384;
            }
        })));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, answer.Status);
        Assert.True(sent < 50_000_000, $"{sent} bytes went out");
    }

    [Fact]
    public async Task Bidirectional_MoreMessagesThanTheLimit_IsResourceExhausted()
    {
        await using var server = await EchoServer.Start(limits: s_limits);
        using var client = new RawClient(server.Http2);
        byte[] body = [.. Enumerable.Range(0, 4).SelectMany(i => RawClient.Frame(new Word { Text = $"{i}" }))];
        var answer = await client.Call("Chat", body);
        Assert.Equal(GrpcStatusCode.ResourceExhausted, answer.Status);
        Assert.Equal(["0", "1", "2"], answer.Words().Select(word => word.Text));
        Assert.False(answer.IsTrailersOnly);
    }

    [Fact]
    public async Task Bidirectional_NoMessages_IsAnEmptyAnswer()
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        var answer = await client.Call("Chat", []);
        Assert.Equal((GrpcStatusCode.Ok, 0), (answer.Status, answer.Body.Length));
    }

    [Fact]
    public async Task ServerStreaming_AnswerBeyondTheLimit_IsResourceExhaustedAfterWhatWasSent()
    {
        var big = new Word { Payload = ByteString.CopyFrom(new byte[3000]) };
        await using var server = await EchoServer.Start(new() { Count = async (word, words, _) => { await words.Write(word); await words.Write(big); } }, s_limits);
        using var client = new RawClient(server.Http2);
        var answer = await client.Call("Count", new Word { Text = "small" });
        Assert.Equal(GrpcStatusCode.ResourceExhausted, answer.Status);
        Assert.Equal("small", Assert.Single(answer.Words()).Text);
    }

    [Fact]
    public async Task Reader_DamagedFrames_NeverFailOtherwise()
    {
        await using var server = await EchoServer.Start(limits: s_limits);
        using var client = new RawClient(server.Http2);
        var random = new Random(17);
        var good = RawClient.Frame(new Word { Text = "good", Payload = ByteString.CopyFrom(1, 2, 3), Inner = new() { Text = "inner" } });
        for (var i = 0; i < 400; i++)
        {
            var bytes = good.ToArray();
            for (var k = random.Next(4); k >= 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var answer = await client.Call("Say", bytes[..random.Next(bytes.Length + 1)], ("grpc-encoding", "gzip"));
            Assert.Contains(answer.Status, (GrpcStatusCode?[])[GrpcStatusCode.Ok, GrpcStatusCode.Internal, GrpcStatusCode.ResourceExhausted, GrpcStatusCode.Unimplemented]);
        }
        Assert.Empty(server.Log.All);
    }
}
