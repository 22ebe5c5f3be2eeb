using Vitrine.Go.Probes.Http;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Http;

[Collection(nameof(Alone))]
public sealed class HttpWatchTests
{
    private static readonly HttpWatchOptions s_everything = new() { Split = true, Budget = 1 };

    /// <summary>Every version stripped; the oldest and the newest with their symbols too.</summary>
    public static TheoryData<string, GoFlavour> Builds
    {
        get
        {
            var data = new TheoryData<string, GoFlavour>();
            foreach (string version in GoMatrix.VersionsOfThisRun)
                data.Add(version, GoFlavour.Stripped);
            data.Add(GoMatrix.VersionsOfThisRun[0], GoFlavour.Plain);
            data.Add(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Plain);
            return data;
        }
    }

    /// <summary>One version of each kind: before the mux had patterns, with them, with unencrypted HTTP/2, and with HTTP/2 in a package of its own.</summary>
    public static TheoryData<string> SomeVersions => new(GoMatrix.VersionsOfThisRun.Where(static version => version is "1.19" or "1.22" or "1.24" or "1.27"));

    [Theory]
    [MemberData(nameof(Builds))]
    public async Task Every_request_is_seen_once_as_the_server_saw_it(string version, GoFlavour flavour)
    {
        Prerequisite.Probes();
        using var server = new WebServer(GoFixture.Build(version, flavour, "web"));
        HttpReport report = await Watch(server, s_everything, async () =>
        {
            var all = new List<Task>();
            foreach (bool http2 in (bool[])[false, true])
            {
                foreach (string path in (string[])["/fast", "/fast", "/implicit", "/early", "/status?code=418", "/redirect", "/panic", "/abort", "/nothing", "/items/17", "/items/18", "/sleep?ms=60", "/lock?ms=70", "/slow-body?ms=50"])
                    all.Add(server.Get(path, http2));
            }
            all.Add(server.GetRaw("/hijack?ms=30"));
            all.Add(server.GetUnencryptedHttp2("/status?code=203"));
            await Task.WhenAll(all);
            // One at a time: what computes shall not wait for the others.
            await server.Get("/burn?ms=80");
            await server.Get("/burn?ms=80", http2: true);
            for (int i = 0; i < 3; i++)
                await server.Get("/allocate?mb=48");
            Collect(server);
            server.StopTheWorld(5);
        });
        IReadOnlyList<WebRecord> truth = server.Truth();

        Assert.Empty(report.Probes.Absent);
        Assert.Equal(0, report.Probes.Lost.Total);
        Assert.Empty(report.InFlight);

        // Every request once, with its method, path, protocol and status.
        Assert.Equal(
            truth.Select(static one => $"{one.Method} {one.Path} {one.Proto} {(one.Aborted ? "aborted" : one.Hijacked ? "hijacked" : one.Status)}").Order(StringComparer.Ordinal),
            report.Requests.Select(static one => $"{one.Line.Method} {one.Line.Path} {one.Line.Protocol} {(one.Outcome == HttpOutcome.Completed ? one.Status : one.Outcome.ToString().ToLowerInvariant())}").Order(StringComparer.Ordinal));

        // Ours encloses the server's own measurement.
        (HttpRequest Ours, WebRecord Truth)[] pairs = Pair(report.Requests, truth);
        Assert.All(pairs, static pair => Assert.InRange(pair.Ours.DurationNs!.Value, pair.Truth.DurationNs - 1000, long.MaxValue));
        long[] differences = [.. pairs.Select(static pair => pair.Ours.DurationNs!.Value - pair.Truth.DurationNs).Order()];
        Assert.InRange(differences[differences.Length / 2], 0, 1_000_000);

        CheckSplits(pairs);
        CheckRoutes(report.Requests, version);
        CheckWorld(report);
    }

    [FullRunOnly("four seconds of requests for each version")]
    [Theory]
    [MemberData(nameof(SomeVersions))]
    public async Task Requests_from_before_and_requests_that_stay(string version)
    {
        Prerequisite.Probes();
        using var server = new WebServer(GoFixture.Build(version, GoFlavour.Stripped, "web"));
        Task before = server.Get("/sleep?ms=4000");
        Task[] early = [server.Get("/sleep?ms=30000"), server.Get("/sleep?ms=30000", http2: true)];
        server.AwaitRunning(3);
        Task[] late = [];
        HttpReport report = await Watch(server, new HttpWatchOptions { Budget = 1, Split = true }, async () =>
        {
            late = [server.Get("/sleep?ms=30000&secret=1"), server.Get("/lock?ms=30000", http2: true)];
            server.AwaitRunning(before.IsCompleted ? 4 : 5);
            await before;
        });

        // The one that ended is known but for its beginning.
        HttpRequest ended = Assert.Single(report.Requests);
        Assert.Equal("/sleep", ended.Line.Path);
        Assert.Equal(200, ended.Status);
        Assert.Null(ended.DurationNs);
        Assert.Null(ended.Split);

        // Of those from before only the goroutine is known; they are at least as old as the watch.
        Assert.Equal(4, report.InFlight.Count);
        HttpInFlight[] old = [.. report.InFlight.Where(static one => one.AgeIsLowerBound)];
        Assert.Equal(2, old.Length);
        Assert.All(old, static one => Assert.Null(one.Line.Path));
        Assert.All(old, one => Assert.InRange(one.AgeNs!.Value, (report.EndedNs - report.StartedNs) / 2, (report.EndedNs - report.StartedNs) * 2));
        Assert.All(old, static one => Assert.Contains(one.Frames, static frame => frame.Function == "main.sleep"));

        HttpInFlight sleeping = Assert.Single(report.InFlight, static one => one.Line.Path == "/sleep");
        Assert.Equal("sleep", sleeping.Doing);
        Assert.Null(sleeping.Line.Query);
        Assert.InRange(sleeping.Split!.TotalNs, sleeping.AgeNs!.Value - 1_000_000, sleeping.AgeNs.Value + 1_000_000);
        Assert.InRange(sleeping.Split.ParkedNs, sleeping.AgeNs.Value * 8 / 10, sleeping.AgeNs.Value);
        HttpInFlight locking = Assert.Single(report.InFlight, static one => one.Line.Path == "/lock");
        Assert.Equal("HTTP/2.0", locking.Line.Protocol);
        Assert.Contains(locking.Frames, static frame => frame.Function == "main.lock");
        _ = (early, late);
    }

    [Theory]
    [MemberData(nameof(SomeVersions))]
    public async Task The_share_of_scripted_collections_is_right(string version)
    {
        Prerequisite.Probes();
        using var server = new WebServer(GoFixture.Build(version, GoFlavour.Stripped, "web"));
        var collections = new List<WebCollection>();
        HttpReport report;
        HttpStop[] stops;
        long stopped, paused;
        for (int attempt = 1; ; attempt++)
        {
            collections.Clear();
            report = await Watch(server, s_everything, async () =>
            {
                Task[] requests = [server.Get("/burn?ms=400"), server.Get("/sleep?ms=1500")];
                server.AwaitRunning(2);
                for (int i = 0; i < 6; i++)
                    collections.Add(server.Collect());
                await Task.WhenAll(requests);
            });
            stops = [.. report.Stops.Where(static one => one.ForCollection)];
            (stopped, paused) = (stops.Sum(static one => one.EndedNs - one.StartedNs), collections.Sum(static one => one.PauseNs));
            // The runtime's clock and ours are read some instructions apart; a thread that is put aside between the two makes one run wrong.
            if (attempt == 4 || (stopped >= paused * 7 / 10 && stopped <= (paused * 13 / 10) + 2_000_000))
                break;
        }
        HttpRequest burning = Assert.Single(report.Requests, static one => one.Line.Path == "/burn");
        HttpRequest sleeping = Assert.Single(report.Requests, static one => one.Line.Path == "/sleep");

        // The stops are those that the runtime accounts for.
        Assert.InRange(stops.Length, 2 * collections.Count, int.MaxValue);
        Assert.InRange(stopped, paused * 7 / 10, (paused * 13 / 10) + 2_000_000);

        // A stop takes nothing from one that sleeps, and is accounted for beside it, to the nanosecond.
        long met = stops.Where(one => one.StartedNs >= sleeping.StartedNs && one.EndedNs <= sleeping.EndedNs).Sum(static one => one.EndedNs - one.StartedNs);
        Assert.InRange(sleeping.Split!.StoppedWhileWaitingNs + sleeping.Split.GcStopNs, met - 10_000, stopped);
        Assert.InRange(sleeping.Split.GcStopNs, 0, met / 2);

        // One that computes stands still from its preemption until the world starts.
        Assert.InRange(burning.Split!.GcStopNs, 1, stopped);
        // ReadMemStats before and after each collection stops it too, for another reason.
        Assert.InRange(burning.Split.OtherStopNs, 1, report.Stops.Where(static one => !one.ForCollection).Sum(static one => one.EndedNs - one.StartedNs));
    }

    [Fact]
    public async Task A_query_is_kept_only_when_it_was_allowed()
    {
        Prerequisite.Probes();
        using var server = new WebServer(GoFixture.Build(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Stripped, "web"));
        string path = "/" + new string('x', 300);
        HttpReport report = await Watch(server, new HttpWatchOptions { Budget = 1, KeepQuery = true }, () => server.Get($"{path}?token=abc"));
        HttpRequest request = Assert.Single(report.Requests);
        Assert.Equal("token=abc", request.Line.Query);
        Assert.Equal(path[..256], request.Line.Path);
        Assert.True(request.Line.PathCut);
        Assert.Null(request.Split);
        Assert.Empty(report.Stops);

        report = await Watch(server, new HttpWatchOptions { Budget = 1 }, () => server.Get("/fast?token=abc"));
        Assert.Null(Assert.Single(report.Requests).Line.Query);
    }

    [FullRunOnly("five seconds of windows")]
    [Fact]
    public async Task Windows_of_the_budget_make_up_no_durations()
    {
        Prerequisite.Probes();
        using var server = new WebServer(GoFixture.Build(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Stripped, "web"));
        var stay = new List<Task>();
        HttpReport report = await Watch(server, new HttpWatchOptions { Split = true, Budget = 0.0005 }, async () =>
        {
            // As long as it takes until the budget has closed a window and opened another.
            var limit = System.Diagnostics.Stopwatch.StartNew();
            while (limit.Elapsed < TimeSpan.FromSeconds(4))
                await Task.WhenAll(Enumerable.Range(0, 8).Select(i => server.Get($"/sleep?ms={30 + i}", http2: i % 2 == 1)));
            stay.AddRange(Enumerable.Range(0, 4).Select(_ => server.Get("/sleep?ms=30000")));
            server.AwaitRunning(4);
        });
        Assert.False(report.Probes.Coverage.IsWhole);

        // They began long after the watch: no bound may be made up for those that began in a pause.
        Assert.Equal(4, report.InFlight.Count);
        Assert.DoesNotContain(report.InFlight, static one => one.AgeIsLowerBound);
        Assert.All(report.InFlight, static one => Assert.Equal(one.StartedNs is null, one.AgeNs is null));
        Assert.All(report.InFlight, static one => Assert.InRange(one.AgeNs ?? 0, 0, 2_000_000_000));
        // No collection reaches back beyond the window in which its end was seen.
        Assert.All(report.Collections.Skip(1), one => Assert.False(one.BeganBefore && one.StartedNs <= report.StartedNs));
        IReadOnlyList<WebRecord> truth = server.Truth();
        Assert.InRange(report.Requests.Count, 1, truth.Count - 1);
        long longest = truth.Max(static one => one.DurationNs) + 20_000_000;
        foreach (HttpRequest request in report.Requests)
        {
            if (request.DurationNs is not { } duration)
                continue;
            Assert.InRange(duration, 30_000_000, longest);
            Assert.Equal(duration, request.Split!.TotalNs);
            Assert.InRange(request.Split.ParkedNs, 29_000_000, duration);
        }
    }

    [Fact]
    public async Task Requests_that_begin_and_end_during_the_last_look_are_not_mistaken_for_others()
    {
        Prerequisite.Probes();
        using var server = new WebServer(GoFixture.Build(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Stripped, "web"));
        using var stop = new CancellationTokenSource();
        Task[] load = [];
        int[] done = new int[64];
        for (int round = 0; round < 8; round++)
        {
            HttpReport report = await Watch(server, new HttpWatchOptions { Budget = 1 }, async () =>
            {
                if (load.Length == 0)
                    load = [.. Enumerable.Range(0, done.Length).Select(i => Load(i))];
                // The second answer from now on is to a request that began under the watch: none from before is left then.
                int[] before = [.. done];
                var limit = System.Diagnostics.Stopwatch.StartNew();
                while (Enumerable.Range(0, done.Length).Any(i => Volatile.Read(ref done[i]) < before[i] + 2))
                {
                    Assert.InRange(limit.Elapsed.TotalSeconds, 0, 30);
                    await Task.Delay(5, CancellationToken.None);
                }
            });
            Assert.Null(report.InFlightUnknown);
            Assert.All(report.InFlight, static one => Assert.NotNull(one.StartedNs));
            Assert.All(report.InFlight, static one => Assert.DoesNotContain(one.Frames, frame => frame.Function == (one.Line.Path == "/sleep" ? "main.lock" : "main.sleep")));
        }
        await stop.CancelAsync();
        await Task.WhenAll(load);

        async Task Load(int number)
        {
            for (int i = number; !stop.IsCancellationRequested; Volatile.Write(ref done[number], ++i - number))
                await server.Get(i % 2 == 0 ? "/sleep?ms=1" : "/lock?ms=1", http2: number % 4 == 3);
        }
    }

    [Fact]
    public async Task What_was_seen_before_the_target_ended_stays()
    {
        Prerequisite.Probes();
        using var server = new WebServer(GoFixture.Build(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Stripped, "web"));
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(server.Pid));
        using HttpWatch watch = HttpWatch.Open(target, new HttpWatchOptions { Budget = 1 });
        var inPlace = new TaskCompletionSource();
        Task<bool> watching = Task.Run(() => watch.Run(TimeSpan.Zero, () => inPlace.TrySetResult(), CancellationToken.None));
        await inPlace.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await server.Get("/fast");
        using (var process = System.Diagnostics.Process.GetProcessById(server.Pid))
            process.Kill();
        Assert.False(await watching.WaitAsync(TimeSpan.FromSeconds(30)));

        HttpReport report = watch.Report();
        Assert.Equal("/fast", Assert.Single(report.Requests).Line.Path);
        Assert.True(report.Probes.Coverage.TargetEnded);
        Assert.NotNull(report.InFlightUnknown);
        Assert.Contains(report.Probes.Notes, static note => note.Contains("not known", StringComparison.Ordinal));
    }

    [FullRunOnly("Debian servers")]
    [Theory]
    [InlineData("prometheus")]
    [InlineData("etcd-server")]
    public async Task Servers_that_nobody_here_wrote(string name)
    {
        Prerequisite.Probes();
        using DebianServer server = DebianServer.Start(name);
        using var client = new HttpClient();
        const int sent = 25;
        HttpReport report = await Watch(server.Pid, s_everything, async () =>
        {
            for (int i = 0; i < sent; i++)
                (await client.GetAsync(new Uri(server.Address, $"/debug/nothing/{i}"))).Dispose();
            (await client.GetAsync(new Uri(server.Address, "/metrics"))).Dispose();
        });
        Assert.Equal(0, report.Probes.Lost.Total);
        HttpRequest[] nothing = [.. report.Requests.Where(static one => one.Line.Path!.StartsWith("/debug/nothing/", StringComparison.Ordinal))];
        Assert.Equal(Enumerable.Range(0, sent).Select(static i => $"/debug/nothing/{i}"), nothing.Select(static one => one.Line.Path));
        Assert.All(nothing, static one => Assert.Equal(404, one.Status));
        Assert.Contains(report.Requests, static one => one.Line.Path == "/metrics" && one.Status == 200);
        Assert.All(report.Requests, static one => Assert.Equal(one.DurationNs, one.Split?.TotalNs));
    }

    [Fact]
    public void A_program_without_a_server_is_refused_with_the_reason()
    {
        Prerequisite.Probes();
        using SampleProcess sample = SampleProcess.Start(GoFixture.Build(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Stripped, "beats"));
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        var refusal = Assert.Throws<Vitrine.Instruments.InstrumentUnavailableException>(() => HttpWatch.Open(target, new HttpWatchOptions()));
        Assert.Contains("net/http", refusal.Message, StringComparison.Ordinal);
    }

    private static readonly List<WebCollection> s_collections = [];

    private static void Collect(WebServer server)
    {
        s_collections.Clear();
        for (int i = 0; i < 4; i++)
            s_collections.Add(server.Collect());
    }

    private static Task<HttpReport> Watch(WebServer server, HttpWatchOptions options, Func<Task> load) => Watch(server.Pid, options, load);

    private static async Task<HttpReport> Watch(int pid, HttpWatchOptions options, Func<Task> load)
    {
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(pid));
        using HttpWatch watch = HttpWatch.Open(target, options);
        using var end = new CancellationTokenSource();
        var inPlace = new TaskCompletionSource();
        Task watching = Task.Run(() => watch.Run(TimeSpan.Zero, () => inPlace.TrySetResult(), end.Token));
        await inPlace.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await load();
        await end.CancelAsync();
        await watching.WaitAsync(TimeSpan.FromSeconds(60));
        return watch.Report();
    }

    // Requests of one path and protocol in the order in which they began.
    private static (HttpRequest Ours, WebRecord Truth)[] Pair(IReadOnlyList<HttpRequest> ours, IReadOnlyList<WebRecord> truth)
    {
        var pairs = new List<(HttpRequest, WebRecord)>();
        foreach (IGrouping<string, WebRecord> group in truth.GroupBy(static one => one.Path + one.Proto))
        {
            pairs.AddRange(ours.Where(one => one.Line.Path + one.Line.Protocol == group.Key).OrderBy(static one => one.StartedNs)
                .Zip(group.OrderBy(static one => one.StartedAt)));
        }
        return [.. pairs];
    }

    private static void CheckSplits((HttpRequest Ours, WebRecord Truth)[] pairs)
    {
        long assist = 0;
        foreach ((HttpRequest ours, WebRecord truth) in pairs)
        {
            RequestSplit split = ours.Split!;
            // Each nanosecond is in one part.
            Assert.Equal(ours.DurationNs!.Value, split.TotalNs);
            Assert.Equal(split.ParkedNs, split.Waits.Sum(static wait => wait.TotalNs));
            assist += split.AssistNs;
            switch (truth.Path)
            {
                case "/sleep":
                    Assert.InRange(Waited(split, "sleep"), 59_000_000, truth.WaitedNs);
                    break;
                case "/lock":
                    Assert.InRange(Waited(split, truth.Path == "/lock" && split.Waits.Any(static wait => wait.Reason == "semacquire") ? "semacquire" : "sync.Mutex.Lock"), 65_000_000, truth.WaitedNs + 2_000_000);
                    break;
                case "/burn":
                    // The handler and the probes themselves come on top of what the loop measured; what the loop's thread does for the scheduler
                    // while its goroutine has been preempted is not the goroutine's.
                    Assert.InRange(split.OnCpuNs, truth.CpuNs - 12_000_000, truth.CpuNs + 12_000_000);
                    break;
            }
        }
        Assert.NotEqual(0, assist);
    }

    private static long Waited(RequestSplit split, string reason) => split.Waits.Where(wait => wait.Reason == reason).Sum(static wait => wait.TotalNs);

    private static void CheckRoutes(IReadOnlyList<HttpRequest> requests, string version)
    {
        // The mux tells its pattern from Go 1.22 on; before, the route is a guess, and both group the two items.
        bool tells = int.Parse(version.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture) >= 22;
        HttpRoute route = Assert.Single(requests.Where(static one => one.Line.Path!.StartsWith("/items/", StringComparison.Ordinal)).Select(static one => one.Route).Distinct());
        Assert.Equal(tells ? "/items/{id}" : "/items/:id", route.Template);
        Assert.Equal(!tells, route.IsGuess);
    }

    private static void CheckWorld(HttpReport report)
    {
        // The server's last collections, by the runtime's own number.
        long scripted = s_collections[^1].Number - s_collections[0].Number + 1;
        Assert.True(report.Collections.Count >= scripted, $"{report.Collections.Count} collections, {scripted} scripted");
        // Each stops the world twice; a collection that began before the watch shows its second stop only.
        Assert.InRange(report.Stops.Count(static stop => stop.ForCollection), (report.Collections.Count * 2) - 1, report.Collections.Count * 2);
        // ReadMemStats twice for each scripted collection, and GOMAXPROCS ten times.
        Assert.Equal((2 * s_collections.Count) + 10, report.Stops.Count(static stop => !stop.ForCollection));
    }
}
