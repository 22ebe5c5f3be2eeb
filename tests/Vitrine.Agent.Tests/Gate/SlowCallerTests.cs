using System.Net;
using System.Net.Sockets;
using System.Text;
using Vitrine.Agent.Gate;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>Callers at the gate who do not send, do not read, or go away in the middle. One place for looks is all there is, so that one who kept it would be noticed.</summary>
[Collection(nameof(Alone))]
public sealed class SlowCallerTests : IDisposable
{
    // Enough text that it does not fit into the buffers of a connection: tens of megabytes.
    const int ManyGoroutines = 60_000;

    static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-slow-");

    public void Dispose() => _folder.Delete(recursive: true);

    [FullRunOnly("twenty seconds until the slow are cut off")]
    [Theory]
    [InlineData("GET /debug/pprof/heap HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nS")]
    [InlineData("P")]
    [InlineData("POST /debug/pprof/symbol HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n0x")]
    public async Task Send_AByteNowAndThen_IsCutOffAndKeepsNobodyWaiting(string begin)
    {
        using var service = IndiscreetService.Start();
        await using var gate = await OnePlace(service);
        using var end = new CancellationTokenSource(s_limit);

        var cutOff = Enumerable.Range(0, 100).Select(_ => Drip(gate, begin, end.Token)).ToList();

        // While they send.
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusOf(gate.Client, "/debug/pprof/heap"));
            Assert.Equal(HttpStatusCode.OK, await StatusOf(gate.Client, "/debug/pprof/cmdline"));
            Assert.Equal(HttpStatusCode.OK, await StatusOf(gate.Client, "/metrics"));
        }
        Assert.DoesNotContain(false, await Task.WhenAll(cutOff));
    }

    [Fact]
    public async Task Read_AByteNowAndThen_KeepsThePlaceOnlyForAWhileAndNoPage()
    {
        using var service = IndiscreetService.Start(waiting: ManyGoroutines);
        await using var gate = await OnePlace(service);
        await gate.Client.GetStringAsync("/debug/pprof/cmdline");
        using var end = new CancellationTokenSource(s_limit);

        var reader = Read(gate, "/debug/pprof/goroutine?debug=2", end.Token);
        await Until(() => gate.Server.ActiveLooks == 1, "the look never begins");
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusOf(gate.Client, "/debug/pprof/heap"));
        // Somebody reads; pages and figures take no place.
        Assert.Equal(HttpStatusCode.OK, await StatusOf(gate.Client, "/debug/pprof/cmdline"));
        Assert.Equal(HttpStatusCode.OK, await StatusOf(gate.Client, "/metrics"));
        Assert.Equal(HttpStatusCode.OK, await StatusOf(gate.Client, "/debug/vars"));

        // He would read for days.
        await Until(async () => await StatusOf(gate.Client, "/debug/pprof/heap") == HttpStatusCode.OK, "the reader was never cut off");
        await end.CancelAsync();
        await reader;
    }

    [Fact]
    public async Task Read_ByManyWhoDoNot_IsBoundedInMemory()
    {
        using var service = IndiscreetService.Start(waiting: ManyGoroutines);
        await using var gate = await OnePlace(service);
        var size = (await gate.Client.GetByteArrayAsync("/debug/pprof/goroutine?debug=2")).Length;
        Assert.InRange(size, 8 << 20, 64 << 20);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var connections = new List<TcpClient>();

        for (var i = 0; i < 50; i++)
            connections.Add(await Ask(gate, "/debug/pprof/goroutine?debug=2"));
        // Those who came together share one answer, who came later is told to come again.
        await Until(() => connections.TrueForAll(static one => one.Available > 0), "not all of them are answered");
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;

        // A few copies of one answer on its way, and not one for each.
        Assert.InRange(held, long.MinValue, 8L * size);
        connections.ForEach(static one => one.Dispose());
        await Until(async () => await StatusOf(gate.Client, "/debug/pprof/heap") == HttpStatusCode.OK, "the place is never free again");
    }

    [Theory]
    [InlineData("/debug/pprof/offcpu?seconds=20", 0)]
    [InlineData("/debug/pprof/goroutine?debug=2", 0)]
    [InlineData("/debug/pprof/goroutine?debug=2", 100_000)]
    public async Task Abort_InTheMiddle_GivesThePlaceBack(string path, int readBefore)
    {
        using var service = IndiscreetService.Start(waiting: ManyGoroutines);
        await using var gate = await OnePlace(service);
        for (var i = 0; i < 3; i++)
        {
            await Until(() => gate.Server.ActiveLooks == 0, "somebody else looks");
            using (var caller = await Ask(gate, path))
            {
                if (readBefore > 0) await caller.GetStream().ReadExactlyAsync(new byte[readBefore]).AsTask().WaitAsync(s_limit);
                else await Until(() => gate.Server.ActiveLooks == 1, "the look never begins");
                caller.LingerState = new(true, 0);   // without a goodbye
            }
            await Until(async () => await StatusOf(gate.Client, "/debug/pprof/heap") == HttpStatusCode.OK, "the place is never free again");
        }
    }

    [Fact]
    public async Task Abort_OfAStreamOfHttp2_GivesThePlaceBackAndKeepsTheConnection()
    {
        using var service = IndiscreetService.Start();
        await using var gate = await OnePlace(service);
        using var client = gate.NewClient(HttpVersion.Version20);
        await client.GetStringAsync("/debug/pprof/cmdline");
        for (var i = 0; i < 3; i++)
        {
            using var gone = new CancellationTokenSource();
            await Until(() => gate.Server.ActiveLooks == 0, "somebody else looks");
            var looking = client.GetAsync("/debug/pprof/offcpu?seconds=20", gone.Token);
            await Until(() => gate.Server.ActiveLooks == 1, "the look never begins");
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => looking);
            await Until(async () => await StatusOf(client, "/debug/pprof/heap") == HttpStatusCode.OK, "the place is never free again");
        }
    }

    /// <summary>A gate with one place for looks, and no other limit that these tests would meet.</summary>
    async Task<RunningGate> OnePlace(IndiscreetService service)
    {
        var file = Path.Combine(_folder.FullName, "gate.json");
        await File.WriteAllTextAsync(file, $$"""
            {
              "Listeners": [ { "Address": "127.0.0.1:0" } ],
              "Upstreams": { "shop": { "Pid": {{service.Pid}}, "Forward": "{{service.Address}}" } },
              "Guard": { "Limits": { "Looks": 1, "RatePerMinute": 100000, "Burst": 100000, "MinimumIntervals": { "goroutine": "00:00:00" } } }
            }
            """);
        return await RunningGate.Start(new GateRequest { File = file });
    }

    static async Task<TcpClient> Ask(RunningGate gate, string path)
    {
        var caller = new TcpClient { NoDelay = true, ReceiveBufferSize = 4096 };
        await caller.ConnectAsync(IPAddress.Loopback, gate.Address.Port);
        await caller.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        return caller;
    }

    /// <summary>Sends the beginning, then a byte now and then; whether the gate ended the connection.</summary>
    static async Task<bool> Drip(RunningGate gate, string begin, CancellationToken end)
    {
        using var caller = new TcpClient { NoDelay = true };
        await caller.ConnectAsync(IPAddress.Loopback, gate.Address.Port, end);
        var stream = caller.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(begin), end);
            var ended = stream.CopyToAsync(Stream.Null, end);
            while (!ended.IsCompleted)
            {
                await Task.WhenAny(ended, Task.Delay(500, end));
                // A beginning of one letter is all that its sender says.
                if (!ended.IsCompleted && begin.Length > 1) await stream.WriteAsync("a"u8.ToArray(), end);
            }
            await ended;
            return true;
        }
        catch (IOException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Reads an answer a byte at a time, until the connection or the test ends.</summary>
    static async Task Read(RunningGate gate, string path, CancellationToken end)
    {
        using var caller = await Ask(gate, path);
        var (stream, one) = (caller.GetStream(), new byte[1]);
        try
        {
            while (await stream.ReadAsync(one, end) > 0) await Task.Delay(10, end);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
        }
    }

    static async Task<HttpStatusCode> StatusOf(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.StatusCode;
    }

    static Task Until(Func<bool> condition, string otherwise) => Until(() => Task.FromResult(condition()), otherwise);

    static async Task Until(Func<Task<bool>> condition, string otherwise)
    {
        var begun = DateTime.UtcNow;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow - begun < s_limit, otherwise);
            await Task.Delay(20);
        }
    }
}
