using Google.Protobuf;
using Vitrine.Grpc.Tests.Protos;
using Vitrine.Grpc.Tests.Support;

namespace Vitrine.Grpc.Tests;

/// <summary>Calls that end before they are done.</summary>
public sealed class CancellationTests
{
    static readonly Word s_word = new() { Text = "word" };

    /// <summary>A handler that waits until it is told to end.</summary>
    sealed class Waiting
    {
        readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource<GrpcCall> _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EchoServer.Handlers Handlers => new() { Say = Say };

        public bool IsEntered => _entered.Task.IsCompleted;

        public Task<GrpcCall> Entered => _entered.Task.WaitAsync(RawClient.Limit);

        public Task Cancelled => _cancelled.Task.WaitAsync(RawClient.Limit);

        async Task<Word> Say(Word word, GrpcCall call)
        {
            _entered.TrySetResult(call);
            try
            {
                await Task.Delay(Timeout.Infinite, call.Cancelled);
            }
            finally
            {
                _cancelled.TrySetResult();
            }
            return word;
        }
    }

    [Theory]
    [InlineData("200m")]
    [InlineData("200000u")]
    [InlineData("99999999n")]
    public async Task Deadline_ThatPasses_IsDeadlineExceededAndCancelsTheHandler(string timeout)
    {
        var waiting = new Waiting();
        await using var server = await EchoServer.Start(waiting.Handlers);
        using var client = new RawClient(server.Http2);
        // On a busy machine the time is over before the handler has begun.
        for (var tries = 0; !waiting.IsEntered; tries++)
        {
            Assert.InRange(tries, 0, 50);
            var answer = await client.Call("Say", s_word, ("grpc-timeout", timeout));
            Assert.Equal((GrpcStatusCode.DeadlineExceeded, true), (answer.Status, answer.IsTrailersOnly));
        }
        await waiting.Cancelled;
    }

    [Fact]
    public async Task Deadline_OfAHandlerThatDoesNotListen_IsAnsweredAllTheSame()
    {
        var leave = new TaskCompletionSource();
        await using var server = await EchoServer.Start(new() { Count = async (word, words, _) => { await words.Write(word); await leave.Task; await words.Write(word); } });
        using var client = new RawClient(server.Http2);
        RawAnswer answer;
        var timeout = 300;
        do
        {
            Assert.InRange(timeout, 0, 20_000);
            answer = await client.Call("Count", s_word, ("grpc-timeout", $"{timeout}m"));
            Assert.Equal(GrpcStatusCode.DeadlineExceeded, answer.Status);
            timeout *= 2;
        }
        while (answer.Words().Count == 0);
        leave.SetResult();
    }

    [Theory]
    [InlineData("0S")]
    [InlineData("0n")]
    public async Task Deadline_ThatHasPassed_DoesNotReachTheHandler(string timeout)
    {
        var waiting = new Waiting();
        await using var server = await EchoServer.Start(waiting.Handlers);
        using var client = new RawClient(server.Http2);
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await client.Call("Say", s_word, ("grpc-timeout", timeout))).Status);
    }

    [Theory]
    [InlineData("1H")]
    [InlineData("1M")]
    [InlineData("99999999H")]
    public async Task Deadline_Later_DoesNotMatter(string timeout)
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        Assert.Equal(GrpcStatusCode.Ok, (await client.Call("Say", s_word, ("grpc-timeout", timeout))).Status);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("1")]
    [InlineData("-1S")]
    [InlineData("123456789S")]
    [InlineData("1S, 2S")]
    public async Task Deadline_Garbage_IsInternal(string timeout)
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        var answer = await client.Call("Say", s_word, ("grpc-timeout", timeout));
        Assert.Equal(GrpcStatusCode.Internal, answer.Status);
        Assert.Contains("grpc-timeout", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deadline_OfTheService_EndsACallWithoutOne()
    {
        var waiting = new Waiting();
        await using var server = await EchoServer.Start(waiting.Handlers, new() { MaximumDuration = TimeSpan.FromMilliseconds(200) });
        using var client = new RawClient(server.Http2);
        for (var tries = 0; !waiting.IsEntered; tries++)
        {
            Assert.InRange(tries, 0, 50);
            Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await client.Call("Say", s_word, ("grpc-timeout", "1H"))).Status);
        }
        await waiting.Cancelled;
    }

    [Fact]
    public async Task Cancel_OfTheCaller_CancelsTheHandler()
    {
        var waiting = new Waiting();
        await using var server = await EchoServer.Start(waiting.Handlers);
        using var client = new RawClient(server.Http2);
        using var cancel = new CancellationTokenSource();
        var call = client.Begin(RawClient.Request("Say", new ByteArrayContent(RawClient.Frame(s_word))), cancel.Token);
        await waiting.Entered;
        cancel.Cancel();
        await waiting.Cancelled;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Empty(server.Log.All);
    }

    [Fact]
    public async Task Connection_ThatIsCut_CancelsTheHandler()
    {
        var waiting = new Waiting();
        await using var server = await EchoServer.Start(waiting.Handlers);
        var client = new RawClient(server.Http2);
        var call = client.Call("Say", s_word);
        await waiting.Entered;
        client.Dispose();
        await waiting.Cancelled;
        await Assert.ThrowsAnyAsync<Exception>(() => call);
    }

    [Fact]
    public async Task Service_ThatStops_IsUnavailable()
    {
        var waiting = new Waiting();
        await using var server = await EchoServer.Start(waiting.Handlers);
        using var client = new RawClient(server.Http2);
        var call = client.Call("Say", s_word);
        await waiting.Entered;
        var stop = server.Stop();
        Assert.Equal(GrpcStatusCode.Unavailable, (await call).Status);
        await waiting.Cancelled;
        await stop;
    }

    [Fact]
    public async Task Caller_ThatNeverReads_HoldsLittleAndIsCutOff()
    {
        long written = 0;
        var ended = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var part = new Word { Payload = ByteString.CopyFrom(new byte[64 * 1024]) };
        await using var server = await EchoServer.Start(new()
        {
            Count = async (_, words, _) =>
            {
                try
                {
                    for (; written < 1L << 30; written += 64 * 1024) await words.Write(part);
                }
                catch (Exception e)
                {
                    ended.TrySetResult(e);
                    throw;
                }
            },
        }, new() { WriteTime = TimeSpan.FromSeconds(2) });
        using var client = new RawClient(server.Http2);
        using var response = await client.Begin(RawClient.Request("Count", new ByteArrayContent(RawClient.Frame(s_word))));
        Assert.IsAssignableFrom<OperationCanceledException>(await ended.Task.WaitAsync(RawClient.Limit));
        Assert.InRange(written, 0, 4 << 20);
        // What has arrived can be read, and then the caller learns that the call was cancelled.
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsByteArrayAsync());
        Assert.Equal(GrpcStatusCode.Ok, (await client.Call("Say", s_word)).Status);
    }

    [Fact]
    public async Task Deadline_OfACallerThatNeverReads_EndsTheCall()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var part = new Word { Payload = ByteString.CopyFrom(new byte[64 * 1024]) };
        await using var server = await EchoServer.Start(new()
        {
            Count = async (_, words, _) =>
            {
                try
                {
                    while (true) await words.Write(part);
                }
                finally
                {
                    ended.TrySetResult();
                }
            },
        }, new() { WriteTime = TimeSpan.FromSeconds(2) });
        using var client = new RawClient(server.Http2);
        HttpResponseMessage response;
        var timeout = 500;
        do response = await client.Begin(Timed("Count", $"{timeout *= 2}m"));
        while (response.Headers.Contains("grpc-status") && timeout < 20_000);   // on a busy machine the time is over before the handler has begun
        await ended.Task.WaitAsync(RawClient.Limit);
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsByteArrayAsync());
    }

    static HttpRequestMessage Timed(string method, string timeout)
    {
        var request = RawClient.Request(method, new ByteArrayContent(RawClient.Frame(s_word)));
        request.Headers.Add("grpc-timeout", timeout);
        return request;
    }
}
