using System.Globalization;
using Vitrine.Go.Probes.Waits;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Waits;

[Collection(nameof(Alone))]
public sealed class WaitProbeTests
{
    /// <summary>Everything that is measured on both sides of the same wait may differ by this share, as the issue asks.</summary>
    private const double Tolerance = 0.03;

    /// <summary>The runtime starts its clock before it parks, and the probe is part of the wait: that is little, but much of a wait of some microseconds.</summary>
    private const double PerWaitNs = 10_000;

    public static TheoryData<string, GoFlavour> Builds
    {
        get
        {
            var data = new TheoryData<string, GoFlavour>();
            foreach (string version in GoMatrix.VersionsOfThisRun)
            {
                data.Add(version, GoFlavour.Plain);
                data.Add(version, GoFlavour.Stripped);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public void Profiles_Rate1_EqualTheTargetsOwn(string version, GoFlavour flavour)
    {
        Prerequisite.Probes();
        using var sample = new WaitingSample(version, flavour);
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using WaitProbe probe = WaitProbe.Open(target, new WaitProbeOptions { Minimum = TimeSpan.Zero, Budget = 10 });
        Assert.Empty(probe.Session.Absent);
        probe.Session.Start();
        IReadOnlyDictionary<string, WaitingSample.Clock> clocks = sample.Run();
        probe.Session.Stop();
        Assert.Equal(0, probe.Session.Report().Lost.Total);

        AssertSame("block", ByStack(sample.OwnProfile("block")), ByStack(probe.BlockProfile()));
        AssertSame("mutex", ByStack(sample.OwnProfile("mutex")), ByStack(probe.MutexProfile()));
        AssertObjects(clocks, probe.Read(WaitGrouping.Object).Rows);
    }

    public static TheoryData<string> SomeVersions => new(GoMatrix.VersionsOfThisRun.Where(version => version is "1.19" or "1.22" or "1.24" || version == GoToolchain.Newest));

    /// <summary>Stacks that grow and shrink while they wait, panics, Goexit, and goroutines that come and go: nothing is lost, no stack is wrong, the target lives.</summary>
    [Theory]
    [MemberData(nameof(SomeVersions))]
    public async Task Churn_EveryWaitIsSeenOnce(string version)
    {
        Prerequisite.Probes();
        using var sample = new WaitingSample(version, GoFlavour.Stripped);
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using WaitProbe probe = WaitProbe.Open(target, new WaitProbeOptions { Minimum = TimeSpan.Zero, Budget = 10, WithOngoing = false });
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        long rounds = 0;
        probe.Session.Start();
        sample.Churn();
        await probe.Session.Run(TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(200), () =>
        {
            // The load ends with the probes in place, so that every round is seen whole.
            if (rounds > 0 || probe.Read(WaitGrouping.Stack).Rows.Where(static row => row.Kind == BlockingKind.Mutex).Sum(static row => row.Count) < 2000)
                return;
            rounds = sample.Calm();
            enough.Cancel();
        }, enough.Token);
        WaitSnapshot waits = probe.Read(WaitGrouping.Stack);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rounds} rounds; {waits.Report.Cost.Hits} hits; {waits.Rows.Count} rows"));
        Assert.True(waits.Report.Lost.Total == 0, string.Join("; ", waits.Report.Lost.ByReason));
        Assert.Equal(1, waits.Report.Coverage.Windows);
        Assert.True(rounds > 0, "the load did not get going within a minute");

        // Each round waits at most once for the lock at the bottom of a deep stack, and at most once in the select: not when the machine was slow.
        WaitRow[] locks = [.. waits.Rows.Where(static row => row.Kind == BlockingKind.Mutex)];
        long locked = locks.Sum(static row => row.Count);
        Assert.InRange(locked, 2000, rounds);
        foreach (WaitRow row in locks)
        {
            Assert.Equal("sync.(*Mutex).Lock", row.Frames[0].Function);
            Assert.True(row.Frames.Count > 50);
            Assert.All(row.Frames.Skip(1), static frame => Assert.Equal("main.grow", frame.Function));
            Assert.All(row.ReleasedBy, static releaser => Assert.Equal("sync.(*Mutex).Unlock", releaser.Frames[0].Function));
        }
        Assert.InRange(waits.Rows.Where(static row => row.Kind == BlockingKind.Select).Sum(static row => row.Count), rounds / 10, rounds);
        Assert.All(waits.Rows, row => Assert.InRange(row.Max, TimeSpan.Zero, waits.Report.Coverage.Watched));

        // It still works, and nothing of the probes is left in its way.
        Assert.Equal(10, sample.Run().Count);
    }

    /// <summary>Servers that nobody here wrote, as Debian ships them: every wait has a stack that begins where a goroutine begins.</summary>
    [FullRunOnly("Debian servers")]
    [Theory]
    [InlineData("prometheus")]
    [InlineData("etcd-server")]
    public async Task DebianServer_UnderLoad_HasSensibleWaits(string name)
    {
        Prerequisite.Probes();
        using DebianServer server = DebianServer.Start(name);
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(server.Pid));
        using WaitProbe probe = WaitProbe.Open(target, new WaitProbeOptions { Budget = 10 });
        Assert.Empty(probe.Session.Absent);
        probe.Session.Start();
        server.Work(40);
        await probe.Session.Run(TimeSpan.FromMilliseconds(1500), TimeSpan.FromSeconds(1), static () => { }, TestContext.Current.CancellationToken);
        WaitSnapshot waits = probe.Read(WaitGrouping.StackAndObject);

        Assert.Equal(0, waits.Report.Lost.ByReason.Where(static one => one.Key.Contains("room", StringComparison.Ordinal)).Sum(static one => one.Value));
        Assert.Contains(waits.Rows, static row => row is { Kind: BlockingKind.Network, Object.FileDescriptor: > 0 } && row.ReleasedBy[0].By == WaitReleasedBy.Poller);
        Assert.Contains(waits.Rows, static row => row.Kind == BlockingKind.Select && row.Frames.Count > 0);
        Assert.All(waits.Rows, static row => Assert.NotEmpty(row.Frames));
        Assert.All(waits.Rows, row => Assert.InRange(row.Max, waits.Minimum, waits.Report.Coverage.Watched));
        Assert.NotEmpty(waits.Ongoing!);
        Assert.True(probe.BlockProfile().Samples.Count > 0);
        server.Work(1);
    }

    /// <summary>A wait that goes on at the end is in no sum, and its age is known: exactly when it began during the look.</summary>
    [Fact]
    public async Task Ongoing_WaitsThatHaveNotEnded_AreListedApart()
    {
        Prerequisite.Probes();
        using var sample = new WaitingSample(GoToolchain.Newest, GoFlavour.Stripped, "off");
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using WaitProbe probe = WaitProbe.Open(target, new WaitProbeOptions { Budget = 10, Kinds = [BlockingKind.Receive] });
        sample.Hold("before");
        probe.Session.Start();
        sample.Hold("during");
        await probe.Session.Run(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), static () => { }, TestContext.Current.CancellationToken);
        WaitSnapshot waits = probe.Read(WaitGrouping.Stack);
        Assert.Empty(waits.Rows);
        OngoingWait before = Assert.Single(waits.Ongoing!, static wait => wait.Representative.Frames.Any(static frame => frame.Function == "main.holdBefore"));
        OngoingWait during = Assert.Single(waits.Ongoing!, static wait => wait.Representative.Frames.Any(static frame => frame.Function == "main.holdDuring"));
        Assert.True(before.IsLowerBound);
        Assert.InRange(before.Longest.TotalMilliseconds, 490, waits.Report.Coverage.Watched.TotalMilliseconds);
        Assert.False(during.IsLowerBound);
        Assert.InRange(during.Longest, TimeSpan.FromMilliseconds(1), before.Longest + TimeSpan.FromMilliseconds(200));
    }

    /// <summary>Waits that come and go while the dump is taken: none of them is said to be older than the look, in which all of them began.</summary>
    [FullRunOnly("five seconds of waits")]
    [Fact]
    public async Task Ongoing_ShortWaitsDuringTheDump_AreNotOlderThanTheLook()
    {
        Prerequisite.Probes();
        using var sample = new WaitingSample(GoToolchain.Newest, GoFlavour.Stripped, "off");
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        int exact = 0, bounds = 0;
        for (int look = 0; look < 12; look++)
        {
            using WaitProbe probe = WaitProbe.Open(target, new WaitProbeOptions { Minimum = TimeSpan.Zero, Budget = 10 });
            probe.Session.Start();
            sample.Churn();
            await probe.Session.Run(TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(1), static () => { }, TestContext.Current.CancellationToken);
            sample.Calm();
            Assert.NotNull(probe.Read(WaitGrouping.Stack).Ongoing);
            OngoingWait[] churning = [.. probe.Read(WaitGrouping.Stack).Ongoing!.Where(static wait => wait.Representative.Frames.Any(static frame => frame.Function.Contains("main.(*load)", StringComparison.Ordinal) || frame.Function == "main.grow"))];
            bounds += churning.Any(static wait => wait.IsLowerBound) ? 1 : 0;
            exact += churning.Length;
        }
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{exact} with their exact age"));
        // A wait that ended right before ends were noted, and whose goroutine has not run since, cannot be told from an old one: seen in one look of seventy.
        Assert.InRange(bounds, 0, 1);
    }

    /// <summary>Stacks whose places in the kernel are taken are lost and counted, or taken without their first frame: no stack is another one's.</summary>
    [Fact]
    public void Stacks_FewPlaces_NoneIsWrong()
    {
        Prerequisite.Probes();
        using var sample = new WaitingSample(GoToolchain.Newest, GoFlavour.Stripped);
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using WaitProbe probe = WaitProbe.Open(target, new WaitProbeOptions { Minimum = TimeSpan.Zero, Budget = 10, MaxStacks = 32, WithOngoing = false });
        probe.Session.Start();
        sample.Run();
        probe.Session.Stop();
        long lost = probe.Session.Report().Lost.Total;
        SortedDictionary<string, (long Count, double Delay)> own = ByStack(sample.OwnProfile("block")), seen = ByStack(probe.BlockProfile());
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seen.Count} of {own.Count} stacks, {lost} lost"));
        Assert.All(seen, stack => Assert.True(own.ContainsKey(stack.Key) && stack.Value.Count <= own[stack.Key].Count, stack.Key));
        Assert.InRange(own.Sum(static stack => stack.Value.Count), seen.Sum(static stack => stack.Value.Count), seen.Sum(static stack => stack.Value.Count) + lost);
    }

    /// <summary>Too many different objects: the waits are still counted, without them; and what finds no room at all is counted as lost.</summary>
    [Theory]
    [InlineData(64, true)]
    [InlineData(2, false)]
    public async Task Tables_Full_WhatIsLeftOutIsCounted(int maxSums, bool roomForStacks)
    {
        Prerequisite.Probes();
        using var sample = new WaitingSample(GoToolchain.Newest, GoFlavour.Stripped, "off");
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using WaitProbe probe = WaitProbe.Open(target, new WaitProbeOptions { Minimum = TimeSpan.Zero, Budget = 10, MaxSums = maxSums, WithOngoing = false });
        probe.Session.Start();
        sample.Churn();
        await probe.Session.Run(TimeSpan.FromMilliseconds(700), TimeSpan.FromSeconds(1), static () => { }, TestContext.Current.CancellationToken);
        sample.Calm();
        WaitSnapshot waits = probe.Read(WaitGrouping.Object);
        Assert.True(waits.WithoutObject > 0);
        Assert.True(waits.Rows.Where(static row => row.Objects == 0).Sum(static row => row.Count) >= waits.WithoutObject);
        if (roomForStacks)
            Assert.Equal(0, waits.Report.Lost.Total);
        else
            Assert.True(waits.Report.Lost.Total > 0);
    }

    /// <summary>Windows: what crosses the end of one is dropped and counted, and the estimate is scaled.</summary>
    [Fact]
    public async Task Budget_SmallerThanTheCost_WatchesInWindows()
    {
        Prerequisite.Probes();
        using var sample = new WaitingSample(GoToolchain.Newest, GoFlavour.Stripped, "off");
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using WaitProbe probe = WaitProbe.Open(target, new WaitProbeOptions { Budget = 0.002, Kinds = [BlockingKind.Select, BlockingKind.Sleep] });
        sample.Churn();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await probe.Session.Run(TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(500), () =>
        {
            if (probe.Read(WaitGrouping.Object) is { CutOff: > 0, Rows.Count: > 0 })
                enough.Cancel();
        }, enough.Token);
        sample.Calm();
        WaitSnapshot waits = probe.Read(WaitGrouping.Stack);
        Assert.False(waits.Report.Coverage.IsWhole);
        Assert.True(waits.CutOff > 0);
        Assert.All(waits.Rows, static row => Assert.True(row.Kind is BlockingKind.Select or BlockingKind.Sleep));
        // A wait that began in one window and ended in a later one would be as long as the pause between them.
        Assert.All(waits.Rows.Where(static row => row.Kind == BlockingKind.Select), row => Assert.InRange(row.Max, TimeSpan.Zero, waits.Report.Coverage.Open));
    }

    /// <summary>Contentions and delay by stack, as the functions' names with inlined calls, the leaf first.</summary>
    private static SortedDictionary<string, (long Count, double Delay)> ByStack(Profile profile)
    {
        var sums = new SortedDictionary<string, (long Count, double Delay)>(StringComparer.Ordinal);
        foreach (Sample sample in profile.Samples)
        {
            var names = new List<string>();
            foreach (int index in sample.LocationIndexes)
            {
                Location location = profile.Locations[index];
                for (int i = 0; i < location.LineCount; i++)
                    names.Add(string.Create(CultureInfo.InvariantCulture, $"{profile.Functions[location.Line(i).Function].Name}:{location.Line(i).LineNumber}"));
            }
            // From Go 1.22 on the mutex profile counts locks inside the runtime too. They make threads wait, not goroutines.
            if (names[0].StartsWith("runtime.unlock", StringComparison.Ordinal) || names[0].StartsWith("runtime._Lost", StringComparison.Ordinal))
                continue;
            // The runtime profiles a select at its end, the probe sees where it parks: the same function, another line.
            if (names[0].StartsWith("runtime.selectgo:", StringComparison.Ordinal))
                names[0] = "runtime.selectgo";
            string key = string.Join(" < ", names);
            sums.TryGetValue(key, out (long Count, double Delay) so);
            sums[key] = (so.Count + sample.Values[0], so.Delay + sample.Values[1]);
        }
        return sums;
    }

    private static void AssertSame(string name, SortedDictionary<string, (long Count, double Delay)> own, SortedDictionary<string, (long Count, double Delay)> seen)
    {
        Assert.NotEmpty(own);
        var differences = new List<string>();
        foreach (string key in own.Keys.Union(seen.Keys))
        {
            own.TryGetValue(key, out (long Count, double Delay) told);
            seen.TryGetValue(key, out (long Count, double Delay) found);
            string line = string.Create(CultureInfo.InvariantCulture, $"{name}: {key}: target {told.Count}, {told.Delay / 1e6:0.000} ms; vitrine {found.Count}, {found.Delay / 1e6:0.000} ms");
            TestContext.Current.TestOutputHelper?.WriteLine(line);
            // A thread that the kernel preempts between the runtime's clock and the park is counted by one of the two only: one time slice in a row.
            const double timeSliceNs = 8_000_000;
            if (told.Count != found.Count || Math.Abs(told.Delay - found.Delay) > Tolerance * told.Delay + PerWaitNs * told.Count + timeSliceNs)
                differences.Add(line);
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    /// <summary>Every object by its address, with what the program's own clock measured around the calls: a little more, because it stops when the goroutine runs again.</summary>
    private static void AssertObjects(IReadOnlyDictionary<string, WaitingSample.Clock> clocks, IReadOnlyList<WaitRow> rows)
    {
        foreach ((string name, BlockingKind kind, string released) in s_script)
        {
            WaitingSample.Clock clock = clocks[name];
            WaitRow? row = rows.FirstOrDefault(row => row.Kind == kind && (row.Object?.Address == clock.Address || IsBy(row, name)));
            Assert.True(row is not null, $"{name} ({kind}, 0x{clock.Address:x}) is not among {string.Join("; ", rows.Select(one => $"{one.Kind} {one.Object} {one.Frames.FirstOrDefault().Function}"))}");
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}: clock {clock.Calls} calls, {clock.TotalNs / 1e6:0.000} ms, worst {clock.MaxNs / 1e6:0.000} ms; vitrine {row.Count}, {row.Total.TotalMilliseconds:0.000} ms, worst {row.Max.TotalMilliseconds:0.000} ms, by {string.Join(", ", row.ReleasedBy.Select(one => one.By + " " + one.Frames.FirstOrDefault().Function))}"));
            // A call that does not have to wait is no wait; connecting waits for the same descriptor.
            Assert.InRange(row.Count, clock.Calls - 2, kind == BlockingKind.Network ? clock.Calls + 1 : clock.Calls);
            // How much less than the clock is up to the machine: between the wake-up and the clock lies the wait for a processor. The block profile says the exact
            // total; a sleep, which is not in it, is never shorter than it was asked to be.
            Assert.InRange(row.Total.TotalNanoseconds, kind == BlockingKind.Sleep ? row.Count * 3.95e6 : 1, clock.TotalNs);
            Assert.InRange(row.Max.TotalNanoseconds, row.Total.TotalNanoseconds / row.Count, clock.MaxNs);
            WaitReleaser most = row.ReleasedBy[0];
            if (released.Length > 0)
                Assert.Contains(released, most.Frames.Select(frame => frame.Function));
            else
                Assert.Equal(kind == BlockingKind.Sleep ? WaitReleasedBy.Timer : WaitReleasedBy.Poller, most.By);
        }
    }

    /// <summary>What has no address that the program could tell is known by the function that waits.</summary>
    private static bool IsBy(WaitRow row, string name) => name switch
    {
        "wire" => row.Frames.Any(static frame => frame.Function == "main.readWire"),
        "nap" => row.Frames.Any(static frame => frame.Function == "main.sleepALittle"),
        _ => false,
    };

    private static readonly (string Name, BlockingKind Kind, string ReleasedBy)[] s_script =
    [
        ("orders", BlockingKind.Receive, "main.orders.func1"),
        ("parcels", BlockingKind.Send, "main.parcels.func1"),
        ("choices", BlockingKind.Select, "main.choices.func1"),
        ("ledger", BlockingKind.Mutex, "main.unlockLedger"),
        ("catalogue-read", BlockingKind.RWMutexRead, "main.endWriting"),
        ("catalogue-write", BlockingKind.RWMutexWrite, "main.endReading"),
        ("crew", BlockingKind.WaitGroup, "main.leave"),
        ("bell", BlockingKind.Cond, "main.ring"),
        ("wire", BlockingKind.Network, ""),
        ("nap", BlockingKind.Sleep, ""),
    ];
}
