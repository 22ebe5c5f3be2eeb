using System.Net;
using System.Text;
using Google.Protobuf;
using Vitrine.Grpc.Rpc;
using Vitrine.Grpc.Tests.Protos;
using Vitrine.Grpc.Tests.Support;

namespace Vitrine.Grpc.Tests;

/// <summary>A call from its headers to its status.</summary>
public sealed class CallTests
{
    static readonly Word s_word = new() { Text = "word" };

    [Fact]
    public async Task Status_OfAHandler_ReachesTheCaller()
    {
        await using var server = await EchoServer.Start(new() { Say = (word, _) => throw new GrpcException((GrpcStatusCode)int.Parse(word.Text), $"because of {word.Text} % \u00fc\n") });
        using var client = new RawClient(server.Http2);
        foreach (var code in Enum.GetValues<GrpcStatusCode>().Where(code => code != GrpcStatusCode.Ok))
        {
            var answer = await client.Call("Say", new Word { Text = $"{(int)code}" });
            Assert.Equal((200, code, $"because of {(int)code} % \u00fc\n", true, null), (answer.Http, answer.Status, answer.Message, answer.IsTrailersOnly, answer.Details));
        }
    }

    [Fact]
    public async Task Status_WithRetryAfter_HasRetryInfo()
    {
        await using var server = await EchoServer.Start(new() { Say = (_, _) => throw new GrpcException(new GrpcStatus(GrpcStatusCode.ResourceExhausted, "later", TimeSpan.FromMilliseconds(1500))) });
        using var client = new RawClient(server.Http2);
        var answer = await client.Call("Say", s_word);
        var details = answer.Details!;
        var status = Rpc.Status.Parser.ParseFrom(Convert.FromBase64String(details.PadRight((details.Length + 3) / 4 * 4, '=')));
        Assert.Equal(8, status.Code);
        var any = Assert.Single(status.Details);
        Assert.Equal("type.googleapis.com/google.rpc.RetryInfo", any.TypeUrl);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), any.Unpack<RetryInfo>().RetryDelay.ToTimeSpan());
    }

    [Fact]
    public async Task Handler_ThatThrows_IsInternalAndSaysNothingOfTheReason()
    {
        await using var server = await EchoServer.Start(new() { Say = (_, _) => throw new InvalidOperationException("the password is hunter2") });
        using var client = new RawClient(server.Http2);
        var answer = await client.Call("Say", s_word);
        Assert.Equal(GrpcStatusCode.Internal, answer.Status);
        Assert.DoesNotContain("hunter2", answer.Message, StringComparison.Ordinal);
        Assert.Contains("hunter2", Assert.Single(server.Log.All), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handler_ThatThrowsInTheMiddle_EndsTheStreamWithInternal()
    {
        await using var server = await EchoServer.Start(new() { Count = async (word, words, _) => { await words.Write(word); throw new InvalidOperationException("hunter2"); } });
        using var client = new RawClient(server.Http2);
        var answer = await client.Call("Count", s_word);
        Assert.Equal((GrpcStatusCode.Internal, 1, false), (answer.Status, answer.Words().Count, answer.IsTrailersOnly));
    }

    [Theory]
    [InlineData("Nothing")]
    [InlineData("say")]
    [InlineData("Say%2F")]
    public async Task Method_ThatIsNotThere_IsUnimplemented(string method)
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        var answer = await client.Call(method == "say" ? "/vitrine.tests.Echo/Nothere" : method, s_word);
        Assert.Equal((200, GrpcStatusCode.Unimplemented, true), (answer.Http, answer.Status, answer.IsTrailersOnly));
    }

    [Fact]
    public async Task Service_ThatIsNotThere_IsTheProgramsOwn404()
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        Assert.Equal(404, (await client.Call("/vitrine.tests.Nothing/Say", s_word)).Http);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc+json")]
    [InlineData("application/grpc-web+proto")]
    public async Task ContentType_ThatIsNotSpoken_Is415(string type)
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        foreach (var method in (string[])["Say", "Nothing"])
        {
            var answer = await client.Send(RawClient.Request(method, new ByteArrayContent(RawClient.Frame(s_word)), type));
            Assert.Equal((415, null), (answer.Http, answer.Status));
        }
    }

    [Fact]
    public async Task ContentType_WithProto_IsAnsweredInKind()
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        var answer = await client.Send(RawClient.Request("Say", new ByteArrayContent(RawClient.Frame(s_word)), "application/grpc+proto"));
        Assert.Equal(("application/grpc+proto", GrpcStatusCode.Ok), (answer.ContentType, answer.Status));
    }

    [Fact]
    public async Task Http1_Request_IsToldWhatToChange()
    {
        await using var server = await EchoServer.Start();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server.Http1 };
        using var response = await http.SendAsync(RawClient.Request("Say", new ByteArrayContent(RawClient.Frame(s_word))));
        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
        Assert.Contains("Http1AndHttp2", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_OfAMethod_IsNotAllowed()
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        Assert.Equal(405, (await client.Send(new(HttpMethod.Get, "/vitrine.tests.Echo/Say"))).Http);
    }

    [Fact]
    public async Task Metadata_OfTheCaller_IsText()
    {
        await using var server = await EchoServer.Start(new() { Say = (_, call) => Task.FromResult(new Word { Text = string.Join('|', call.Metadata.Text("Authorization").Concat(call.Metadata.Text("x-missing"))) }) });
        using var client = new RawClient(server.Http2);
        var answer = await client.Call("Say", s_word, ("authorization", "Bearer one"));
        Assert.Equal("Bearer one", Assert.Single(answer.Words()).Text);
    }

    [Fact]
    public async Task Metadata_Binary_IsDecoded()
    {
        await using var server = await EchoServer.Start(new() { Say = (_, call) => Task.FromResult(new Word { Text = string.Join('|', call.Metadata.Binary("x-bin").Select(one => Encoding.ASCII.GetString(one.Span))) }) });
        using var client = new RawClient(server.Http2);
        Assert.Equal("a|abc", Assert.Single((await client.Call("Say", s_word, ("x-bin", "YQ,YWJj"))).Words()).Text);
        Assert.Equal(GrpcStatusCode.Internal, (await client.Call("Say", s_word, ("x-bin", "!"))).Status);
    }

    [Fact]
    public async Task Metadata_Huge_IsRefusedByTheServer()
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        try
        {
            Assert.Equal(431, (await client.Call("Say", s_word, ("x-huge", new string('x', 100_000)))).Http);
        }
        catch (HttpRequestException)
        {
            // Kestrel may also end the connection, as HTTP/2 permits for headers beyond the limit that it announced.
        }
        using var another = new RawClient(server.Http2);
        Assert.Equal(GrpcStatusCode.Ok, (await another.Call("Say", s_word)).Status);
    }

    [Fact]
    public async Task Places_AllTaken_IsResourceExhaustedWithRetryInfo()
    {
        var entered = new SemaphoreSlim(0);
        var leave = new TaskCompletionSource();
        await using var server = await EchoServer.Start(new() { Say = async (word, _) => { entered.Release(); await leave.Task; return word; } }, new() { MaximumCalls = 2 });
        using var client = new RawClient(server.Http2);
        Task<RawAnswer>[] running = [client.Call("Say", s_word), client.Call("Say", s_word)];
        Assert.True(await entered.WaitAsync(RawClient.Limit) && await entered.WaitAsync(RawClient.Limit));
        var third = await client.Call("Say", s_word);
        Assert.Equal(GrpcStatusCode.ResourceExhausted, third.Status);
        Assert.NotNull(third.Details);
        Assert.Equal(GrpcStatusCode.Ok, (await client.Call("Count", new Word { Text = "1" })).Status);
        leave.SetResult();
        Assert.All(await Task.WhenAll(running), one => Assert.Equal(GrpcStatusCode.Ok, one.Status));
        Assert.Equal(GrpcStatusCode.Ok, (await client.Call("Say", s_word)).Status);
    }

    [Fact]
    public async Task Places_RequestsThatDoNotCome_TakeNone()
    {
        await using var server = await EchoServer.Start(limits: new() { MaximumCalls = 1 });
        using var client = new RawClient(server.Http2);
        var over = new TaskCompletionSource();
        using var cancel = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 5).Select(_ => client.Begin(RawClient.Request("Say", new ScriptedContent(_ => over.Task)), cancel.Token)).ToList();
        Assert.Equal(GrpcStatusCode.Ok, (await client.Call("Say", s_word)).Status);
        cancel.Cancel();
        over.SetResult();
        foreach (var one in waiting) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
    }

    [Fact]
    public void Bind_OtherThanTheDescriptor_IsSaid()
    {
        var service = new GrpcService(EchoReflection.Descriptor.Services[0]);
        Assert.Throws<ArgumentException>(() => service.Unary<Word, Word>("Shout", (word, _) => Task.FromResult(word)));
        Assert.Throws<ArgumentException>(() => service.Unary<Word, Word>("Chat", (word, _) => Task.FromResult(word)));
        Assert.Throws<ArgumentException>(() => service.ServerStreaming<Word, Word>("Say", (_, _, _) => Task.CompletedTask));
    }
}
