using System.Net;
using System.Net.Sockets;
using System.Text;
using Vitrine.AspNetCore.Tests;
using Vitrine.Doors.Http;
using Vitrine.Doors.Tests.Support;
using Vitrine.Pprof.Wire;

namespace Vitrine.Doors.Tests.Http;

/// <summary>Many callers, slow ones, and those that go away: places are given back, and memory and time stay bounded.</summary>
public sealed class LoadTests
{
    static async Task Until(Func<bool> condition, string what)
    {
        for (var i = 0; i < 1500 && !condition(); i++) await Task.Delay(20);
        Assert.True(condition(), what);
    }

    [Fact]
    public async Task ThousandRequestsAtOnce_ThreeLookAndTheOthersAreToldToComeAgain()
    {
        var cpu = Enumerable.Range(0, 5).Select(static i => new TestRecorder($"cpu{i}")).ToArray();
        await using var door = await TestDoor.Start(guard: static options => (options.Limits.RatePerMinute, options.Limits.Burst) = (1_000_000, 1_000_000), instruments: cpu);

        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async i =>
        {
            using var answer = await door.Client.GetAsync($"/debug/pprof/cpu{i % 5}?seconds=2");
            if (answer.StatusCode == HttpStatusCode.OK) Assert.NotEmpty(ProfileReader.Read(await answer.Content.ReadAsByteArrayAsync()).Samples);
            else Assert.NotNull(answer.Headers.RetryAfter);
            return answer.StatusCode;
        })).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests], answers.Distinct().Order());
        Assert.InRange(answers.Count(static one => one == HttpStatusCode.OK), 3, 60);
        await Until(() => door.Desk.Guard.ActiveLooks == 0, "a place was not given back");
    }

    [Fact]
    public async Task SameSnapshotAtOnce_IsOneLook()
    {
        var dump = new Watched("goroutine");
        dump.Gate.Reset();
        await using var door = await TestDoor.Start(instruments: dump);

        var asked = Enumerable.Range(0, 50).Select(_ => door.Client.GetByteArrayAsync("/debug/pprof/goroutine")).ToList();
        await Until(() => door.Desk.Guard.ActiveLooks == 50, "all of them wait");
        dump.Gate.Set();
        var answers = await Task.WhenAll(asked).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(1, dump.Looks);
        Assert.Single(answers.Select(Convert.ToHexString).Distinct());
    }

    [Fact]
    public async Task CallerGoesAway_TheLookEnds_AndItsPlaceIsFree()
    {
        var cpu = new TestRecorder("cpu");
        await using var door = await TestDoor.Start(instruments: cpu);
        for (var i = 0; i < 10; i++)
        {
            using (var client = new TcpClient())
            {
                await client.ConnectAsync(IPAddress.Loopback, door.Address.Port);
                await client.GetStream().WriteAsync("GET /debug/pprof/profile HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
                Assert.True(await cpu.Started.WaitAsync(TimeSpan.FromSeconds(30)));
                client.LingerState = new(true, 0);   // in the middle, without a goodbye
            }
            await Until(() => door.Desk.Guard.ActiveLooks == 0, "the place of a look whose caller is gone");
        }
    }

    [Fact]
    public async Task SlowReader_IsCutOff_AndItsPlaceIsFree()
    {
        await using var door = await TestDoor.Start(new HttpDoorOptions { SendTime = TimeSpan.FromSeconds(1) }, instruments: new LargeText("goroutine", 16 << 20));
        using var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(IPAddress.Loopback, door.Address.Port);

        await client.GetStream().WriteAsync("GET /debug/pprof/goroutine?debug=2 HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        await Until(() => door.Desk.Guard.ActiveLooks == 1, "the look");

        await Until(() => door.Desk.Guard.ActiveLooks == 0, "nobody reads, and the place is held");
    }

    [Fact]
    public async Task SlowSender_DoesNotKeepOthersWaiting()
    {
        await using var door = await TestDoor.Start(instruments: new GrowingProfile("heap"));
        var slow = new List<TcpClient>();
        for (var i = 0; i < 200; i++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, door.Address.Port);
            await client.GetStream().WriteAsync("GET /debug/pprof/heap HTTP/1.1\r\nHost: local"u8.ToArray());
            slow.Add(client);
        }

        Assert.NotEmpty(await door.Client.GetByteArrayAsync("/debug/pprof/heap").WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, door.Desk.Guard.ActiveLooks);
        slow.ForEach(static one => one.Dispose());
    }

    [Fact]
    public async Task SwitchChanges_UnderLoad_EveryAnswerIsWholeOrARefusal()
    {
        await using var door = await TestDoor.Start(guard: static options => (options.Limits.RatePerMinute, options.Limits.Burst, options.Limits.Looks) = (1_000_000, 1_000_000, 100), instruments: new GrowingProfile("heap"));
        using var end = new CancellationTokenSource();
        var turning = Task.Run(async () =>
        {
            for (var isOn = false; !end.IsCancellationRequested; isOn = !isOn)
            {
                door.Desk.Guard.Switches.Set("heap", isOn, "the test");
                await Task.Yield();
            }
        });

        await Parallel.ForEachAsync(Enumerable.Range(0, 500), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, stop) =>
        {
            using var answer = await door.Client.GetAsync("/debug/pprof/heap", stop);
            if (answer.StatusCode == HttpStatusCode.OK) Assert.NotEmpty(ProfileReader.Read(await answer.Content.ReadAsByteArrayAsync(stop)).Samples);
            else Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        });
        await end.CancelAsync();
        await turning;

        await Until(() => door.Desk.Guard.ActiveLooks == 0, "a place was not given back");
    }
}
