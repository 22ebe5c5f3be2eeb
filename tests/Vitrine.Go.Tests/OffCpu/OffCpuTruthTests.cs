using System.Diagnostics;
using System.Globalization;
using Vitrine.Go.OffCpu;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.OffCpu;

/// <summary>Waiting time against a program that waits in known ways and keeps account of it (<c>samples/go/sleepers</c>).</summary>
[Collection(nameof(Alone))]
public sealed class OffCpuTruthTests
{
    static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    public static TheoryData<string, GoFlavour> Versions()
    {
        var data = new TheoryData<string, GoFlavour>();
        // Dumps are tested over the whole matrix elsewhere; these are the versions in which waiting changed.
        data.Add("1.19", GoFlavour.Plain);
        data.Add("1.22", GoFlavour.Stripped);
        data.Add("1.24", GoFlavour.Plain);
        data.Add("1.27", GoFlavour.Stripped);
        return data;
    }

    [Theory, MemberData(nameof(Versions))]
    public void Record_KnownWaits_AreFoundByReasonAndStack(string version, GoFlavour flavour)
    {
        using var sleepers = SampleProcess.Start(GoFixture.Build(version, flavour, "sleepers"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sleepers.Pid));
        var recorder = new OffCpuRecorder(new OffCpuOptions { Rate = 40, MaxReaderShare = 1, Random = new Random(5) });

        // A short recording first: the account of the beaters is asked for as close around the real one as can be.
        recorder.Record(target, TimeSpan.FromMilliseconds(50), CancellationToken.None);
        var before = Account(sleepers);
        var recording = recorder.Record(target, Window, CancellationToken.None);
        var after = Account(sleepers);
        var profile = recording.Look.Result;
        var covered = (double)profile.DurationNanos;

        Assert.Equal(Window, recording.Look.Duration);
        Assert.Equal(["samples", "wait"], profile.SampleTypes.Select(type => type.Type));

        // 1. Who waits all the time is counted exactly.
        Assert.Equal(5 * covered, Sum(profile, "sleep", "main.sleepLong"), tolerance: 1e3);
        Assert.Equal(4 * covered, Sum(profile, "chan receive", "main.receiveForever"), tolerance: 1e3);
        Assert.Equal(3 * covered, Sum(profile, null, "main.lockHeld"), tolerance: 1e3);
        Assert.Equal(2 * covered, Sum(profile, "IO wait", "main.readQuiet"), tolerance: 1e3);
        Assert.Equal(1 * covered, Sum(profile, "syscall", "main.callLong"), tolerance: 1e3);

        // 2. Who waits in turns is counted within the error of the sampling: 20 beaters, 120 looks, so some 2,400 observations.
        var told = after.Sleep - before.Sleep + (after.Receive - before.Receive);
        var sleep = Sum(profile, "sleep", "main.beatSleep");
        var receive = Sum(profile, "chan receive", "main.beatReceive");
        var share = (after.Sleep - before.Sleep) / told;
        Assert.Equal(share, sleep / (sleep + receive), tolerance: 0.05);
        Assert.Equal(20 * covered, sleep + receive, tolerance: 0.05 * 20 * covered);

        // 3. Their labels are on the samples.
        Assert.Equal(sleep + receive, Where(profile, sample => Label(profile, sample, "job") == "beat"), tolerance: 0.05 * sleep);
    }

    [Fact]
    public void Record_WithGoroutineIds_KeepsThemApart()
    {
        using var sleepers = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "sleepers"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sleepers.Pid));

        var recording = new OffCpuRecorder(new OffCpuOptions { WithGoroutineIds = true }).Record(target, TimeSpan.FromMilliseconds(300), CancellationToken.None);

        var profile = recording.Look.Result;
        var ids = profile.Samples.Where(sample => Has(profile, sample, "main.sleepLong")).Select(sample => Number(profile, sample, "goroutine")).ToList();
        Assert.Equal(5, ids.Distinct().Count());
    }

    [Fact]
    public void Record_RuntimeGoroutines_AreLeftOutUnlessAskedFor()
    {
        using var sleepers = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "sleepers"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sleepers.Pid));
        var window = TimeSpan.FromMilliseconds(200);

        var without = new OffCpuRecorder().Record(target, window, CancellationToken.None).Look.Result;
        var with = new OffCpuRecorder(new OffCpuOptions { WithSystemGoroutines = true }).Record(target, window, CancellationToken.None).Look.Result;

        Assert.DoesNotContain(without.Samples, sample => Has(without, sample, "runtime.bgsweep"));
        Assert.Contains(with.Samples, sample => Has(with, sample, "runtime.bgsweep"));
    }

    [Fact]
    public void Record_StoppedEarly_IsWhatWasSeenUntilThen()
    {
        using var sleepers = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "sleepers"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sleepers.Pid));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));

        var recording = new OffCpuRecorder().Record(target, TimeSpan.FromMinutes(5), stop.Token);

        Assert.InRange(recording.Look.Duration, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(20));
        var profile = recording.Look.Result;
        Assert.Equal(5.0 * profile.DurationNanos, Sum(profile, "sleep", "main.sleepLong"), tolerance: 1e3);
    }

    [Fact]
    public void Record_TargetEnds_KeepsWhatWasSeen()
    {
        using var sleepers = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "sleepers"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sleepers.Pid));
        var began = Stopwatch.StartNew();
        using var timer = new Timer(_ => sleepers.Kill(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        var recording = new OffCpuRecorder().Record(target, TimeSpan.FromMinutes(5), CancellationToken.None);

        Assert.InRange(began.Elapsed, TimeSpan.FromSeconds(0.5), TimeSpan.FromMinutes(1));
        Assert.True(recording.TargetEnded);
    }

    static (double Sleep, double Receive) Account(SampleProcess sleepers)
    {
        var words = sleepers.Ask("account").Split(' ', '=');
        return (double.Parse(words[1], CultureInfo.InvariantCulture), double.Parse(words[3], CultureInfo.InvariantCulture));
    }

    static double Sum(Profile profile, string? reason, string function) =>
        Where(profile, sample => Has(profile, sample, function) && (reason is null || Label(profile, sample, "reason") == reason));

    static double Where(Profile profile, Func<Sample, bool> condition) =>
        profile.Samples.Where(condition).Sum(sample => (double)sample.Values[1]);

    static bool Has(Profile profile, Sample sample, string function) => profile.FunctionsOf(sample).Any(frame => frame.Name == function);

    static string? Label(Profile profile, Sample sample, string key) => sample.Labels.Text(key);

    static long Number(Profile profile, Sample sample, string key) => sample.Labels.Single(label => label.Key == key).Number;
}
