using System.Diagnostics;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using Vitrine.Agent.Gate.Forwarding;
using Vitrine.Instruments;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.Agent.Tests.Gate.Forwarding;

/// <summary>A service that hangs, lies, never stops or sends the caller elsewhere: each ends in time, within memory, with a sentence.</summary>
public sealed class UpstreamClientTests
{
    static readonly UpstreamLimits s_short = new() { Answer = TimeSpan.FromMilliseconds(300), Connect = TimeSpan.FromMilliseconds(300) };

    [Fact]
    public async Task Fetch_APage_ComesWholeAndNothingOfTheCallerGoes()
    {
        await using var server = RawServer.Sending("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        using var client = new UpstreamClient(UpstreamAddress.Parse(server.Address));

        Assert.Equal("hello", Encoding.ASCII.GetString(client.Fetch("debug/vars", TimeSpan.Zero, 100, default)));
        var names = Assert.Single(server.Requests).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("GET /debug/vars HTTP/1.1", names[0]);
        Assert.Equal(["Host", "User-Agent"], names.Skip(1).Select(line => line.Split(':')[0]).Order());
    }

    [Fact]
    public async Task Fetch_OverAUnixSocket_ComesWhole()
    {
        var folder = Directory.CreateTempSubdirectory("vitrine-");
        try
        {
            await using var server = RawServer.Start(async (stream, end) => await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), end), Path.Combine(folder.FullName, "s"));
            using var client = new UpstreamClient(UpstreamAddress.Parse(server.Address));

            Assert.Equal("ok", Encoding.ASCII.GetString(client.Fetch("debug/vars", TimeSpan.Zero, 100, default)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("", "Broken")]
    [InlineData("not HTTP at all\r\n\r\n", "Broken")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "Broken")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\nx", "Broken")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", "Broken")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx", "Broken")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", "Broken")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", "Broken")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "Refused")]
    [InlineData("HTTP/1.1 500 Oops\r\nContent-Length: 14\r\n\r\npassword=hunter", "Refused")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "Refused")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "Refused")]
    public async Task Fetch_AnAnswerThatIsNone_IsAFaultWithASentence(string answer, string fault)
    {
        await using var server = RawServer.Sending(answer);
        using var client = new UpstreamClient(UpstreamAddress.Parse(server.Address), s_short with { Answer = TimeSpan.FromSeconds(10) });

        var failure = Assert.Throws<UpstreamException>(() => client.Fetch("debug/pprof/heap", TimeSpan.Zero, 1000, default));

        Assert.Equal(fault, failure.Fault.ToString());
        Assert.EndsWith(".", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", failure.Message, StringComparison.Ordinal);
        // A connection that ends without a byte may have been an old one: the client tries again, three times at most.
        Assert.InRange(server.Requests.Count, 1, answer.Length == 0 ? 4 : 1);
    }

    [Fact]
    public async Task Fetch_ARefusalInGosOwnWords_RepeatsThem()
    {
        const string Words = "Could not enable CPU profiling: cpu profiling already in use";
        await using var server = RawServer.Sending($"HTTP/1.1 500 Internal Server Error\r\nX-Go-Pprof: 1\r\nContent-Length: {Words.Length + 1}\r\n\r\n{Words}\n");
        using var client = new UpstreamClient(UpstreamAddress.Parse(server.Address));

        var failure = Assert.Throws<UpstreamException>(() => client.Fetch("debug/pprof/profile?seconds=1", TimeSpan.Zero, 1000, default));

        Assert.Contains(Words, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_AServiceThatNeverAnswers_TimesOut()
    {
        RawServer? server = null;
        await using var serving = server = RawServer.Start((stream, end) => server!.AwaitEnd(stream, end));
        using var client = new UpstreamClient(UpstreamAddress.Parse(server.Address), s_short);

        Assert.Equal(UpstreamFault.TimedOut, Assert.Throws<UpstreamException>(() => client.Fetch("debug/vars", TimeSpan.Zero, 1000, default)).Fault);
        await server.Abandoned.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Fetch_ABodyThatStopsInTheMiddle_TimesOut()
    {
        RawServer? server = null;
        await using var serving = server = RawServer.Start(async (stream, end) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes."u8.ToArray(), end);
            await server!.AwaitEnd(stream, end);
        });
        using var client = new UpstreamClient(UpstreamAddress.Parse(server.Address), s_short);

        Assert.Equal(UpstreamFault.TimedOut, Assert.Throws<UpstreamException>(() => client.Fetch("debug/vars", TimeSpan.Zero, 1000, default)).Fault);
        await server.Abandoned.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", "0123456789abcdef")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "10\r\n0123456789abcdef\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: ", "0123456789abcdef")]
    [InlineData("HTTP/1.1 200 OK\r\n", "X: 0123456789abcdef\r\n")]
    public async Task Fetch_AnAnswerWithoutEnd_IsCutOff(string head, string again)
    {
        await using var server = RawServer.Start(async (stream, end) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), end);
            var more = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(again, 1000)));
            while (true)
                await stream.WriteAsync(more, end);
        });
        using var client = new UpstreamClient(UpstreamAddress.Parse(server.Address));

        Assert.Equal(UpstreamFault.Broken, Assert.Throws<UpstreamException>(() => client.Fetch("debug/vars", TimeSpan.Zero, 1 << 20, default)).Fault);
        await server.Abandoned.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Fetch_WhereNobodyListens_IsUnreachable()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        using var client = new UpstreamClient(UpstreamAddress.Parse($"http://{taken.LocalEndPoint}"));

        Assert.Equal(UpstreamFault.Unreachable, Assert.Throws<UpstreamException>(() => client.Fetch("debug/vars", TimeSpan.Zero, 1000, default)).Fault);
    }

    [Fact]
    public async Task Fetch_WhenTheCallerIsGone_ClosesTheConnection()
    {
        RawServer? server = null;
        await using var serving = server = RawServer.Start((stream, end) => server!.AwaitEnd(stream, end));
        using var client = new UpstreamClient(UpstreamAddress.Parse(server.Address));
        using var stop = new CancellationTokenSource();

        var fetching = Task.Run(() => client.Fetch("debug/pprof/profile?seconds=30", TimeSpan.FromSeconds(30), 1000, stop.Token));
        var waited = Stopwatch.StartNew();
        while (server.Requests.Count == 0 && waited.Elapsed < TimeSpan.FromSeconds(20)) await Task.Delay(5);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching);
        await server.Abandoned.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Collect_ABombOfGzip_IsCutOff()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 64; i++) gzip.Write(zeros);
        }
        await using var server = RawServer.Start(async (stream, end) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {bomb.Length}\r\n\r\n"), end);
            await stream.WriteAsync(bomb.ToArray(), end);
        });
        using var client = new UpstreamClient(UpstreamAddress.Parse(server.Address), new UpstreamLimits { MaxProfileBytes = 1 << 20 });

        var failure = Assert.Throws<UpstreamException>(() => new ForwardedProfile("heap", "", client).Collect(new NoTarget(), default));

        Assert.Equal(UpstreamFault.Broken, failure.Fault);
    }

    [Fact]
    public async Task Collect_AProfile_IsReadWhole()
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        builder.AddSample([builder.Location(builder.Mapping(0, 0x1000), 0x10, [])], [7]);
        var bytes = ProfileWriter.ToBytes(builder.Build());
        await using var server = RawServer.Start(async (stream, end) =>
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {bytes.Length}\r\n\r\n"), end);
            await stream.WriteAsync(bytes, end);
        });
        using var client = new UpstreamClient(UpstreamAddress.Parse(server.Address));

        Assert.Equal(7, Assert.Single(new ForwardedProfile("heap", "", client).Collect(new NoTarget(), default).Result.Samples).Values[0]);
    }

    [Fact]
    public async Task Record_WhatIsNoTrace_IsAFault()
    {
        await using var server = RawServer.Sending("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n<html>log in, please</html>...");
        using var client = new UpstreamClient(UpstreamAddress.Parse(server.Address));

        Assert.Equal(UpstreamFault.Broken, Assert.Throws<UpstreamException>(() => new ForwardedTrace(client).Record(new NoTarget(), TimeSpan.FromSeconds(1), Stream.Null, default)).Fault);
    }

    sealed class NoTarget : ITarget
    {
        public int Pid => 0;

        public RuntimeKind Runtime => RuntimeKind.Go;

        public string RuntimeVersion => "";

        public string Name => "";
    }
}
