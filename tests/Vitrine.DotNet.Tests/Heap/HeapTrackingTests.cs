using System.Diagnostics;
using Vitrine.DotNet.Allocations;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Heap;
using Vitrine.DotNet.Outside;
using Vitrine.DotNet.Tests.Events;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.DotNet.Tests.Heap;

/// <summary>Against the account of a program that knows what it keeps.</summary>
public sealed class HeapTrackingTests
{
    /// <summary>
    /// From outside, in each mode of the collector: three rounds of some 250 MB in use, while several times that dies young and in middle age. All rounds are judged together, where one
    /// standard error of the places that keep 150 MB each is 1.5 %.
    /// </summary>
    [Theory]
    [MemberData(nameof(HeapSample.Modes), MemberType = typeof(HeapSample))]
    public void Collect_FromOutside_IsTheProgramsAccount(string mode)
    {
        using var sample = new HeapSample(mode, "150");
        // No budget: the machine may be busy, and the program does nothing but allocate.
        using var tracking = HeapTracking.Start(Attach(sample.Pid), new() { Allocations = new() { MaximumShare = 100 }, CollectPatience = TimeSpan.FromMinutes(2) });
        var estimates = new Dictionary<string, double>();
        var truths = new Dictionary<string, double>();
        Profile? last = null;
        HeapSample.Truth? truth = null;
        for (var round = 0; round < 3; round++)
        {
            truth = sample.Round();
            Assert.True(tracking.WaitForCollection(truth.Collection));
            var look = tracking.Collect();
            last = look.Result;
            Assert.DoesNotContain(look.Notes, static note => note.Contains("dropped", StringComparison.Ordinal) || note.Contains("lost sight", StringComparison.Ordinal));
            foreach (var (place, bytes) in truth.Kept)
            {
                estimates[place] = estimates.GetValueOrDefault(place) + ProfileSums.Of(last, "inuse_space", "Places." + place);
                truths[place] = truths.GetValueOrDefault(place) + bytes;
            }
        }
        foreach (var (place, bytes) in truths)
            // Short-lived garbage is none; one object that a register still held would be one sample, 100 KB.
            if (bytes == 0) Assert.InRange(estimates[place], 0, 3 * 103_000);
            else AssertNear(bytes, estimates[place], $"{place} in use ({mode})");
        foreach (var (place, bytes) in truth!.Allocated)
            AssertNear(bytes, ProfileSums.Of(last!, "alloc_space", "Places." + place), $"{place} allocated ({mode})");
    }

    [Fact]
    public void Collect_FromInside_IsTheProgramsAccount_AndSaysWhatItDoesNotKnow()
    {
        var file = Path.GetTempFileName();
        try
        {
            using var sample = new HeapSample("workstation background", "400", "self", file);
            var truth = sample.Round();
            using var input = File.OpenRead(file);
            var profile = ProfileReader.Read(input);
            AssertNear(truth.Kept["Leak"], ProfileSums.Of(profile, "inuse_space", "Places.Leak"), "Leak");
            AssertNear(truth.Kept["QueueLarge"], ProfileSums.Of(profile, "inuse_space", "Places.QueueLarge"), "QueueLarge");
            Assert.InRange(ProfileSums.Of(profile, "inuse_space", "Places.Garbage"), 0, 3 * 103_000);
            Assert.Equal("inuse_space", profile.DefaultSampleType);
            Assert.Contains(profile.Comments, static one => one.Contains("it is unknown who allocated them", StringComparison.Ordinal));
            Assert.Contains(profile.Comments, static one => one.Contains("standard errors", StringComparison.Ordinal));
            // The type of the objects is a label.
            Assert.Contains(profile.Samples, sample => sample.Labels.Any(static label => label is { Key: "type", Text: "System.Byte[]" }));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Collect_AnotherProcessFirst_IsRefused_AndAfterItsExitAllLooksAre()
    {
        using var sample = new HeapSample("workstation", "1");
        using var tracking = HeapTracking.Start(Attach(sample.Pid));
        Assert.Contains("not made to collect", Assert.Throws<InstrumentUnavailableException>(() => tracking.Collect(collectFirst: true)).Message, StringComparison.Ordinal);

        sample.Exit();
        Assert.True(SpinWait.SpinUntil(() => tracking.EndedBecause.Length > 0, TimeSpan.FromSeconds(30)));
        Assert.Contains("exits", Assert.Throws<InstrumentUnavailableException>(() => tracking.Collect()).Message, StringComparison.Ordinal);
    }

    /// <summary>In this process: a look that collects first sees it, and a static cache that grows is what a delta of two looks shows.</summary>
    [Fact]
    public void Collect_TwoLooks_TheirDifferenceIsWhatGrew()
    {
        using var tracking = HeapTracking.Start(SelfTarget.Instance);
        List<byte[]> cache = [];
        Grow(cache, 200);
        var before = tracking.Collect(collectFirst: true);
        Grow(cache, 300);
        var after = tracking.Collect(collectFirst: true);
        var difference = Diff.Of(before.Result, after.Result);

        // 300 large objects of which 86 % are seen: the error of their sum is 2.3 %.
        var grown = ProfileSums.Of(difference, "inuse_space", "HeapTrackingTests.Cached");
        Assert.InRange(grown, 60_000_000 * 0.9, 60_000_000 * 1.1);
        GC.KeepAlive(cache);
    }

    static void Grow(List<byte[]> cache, int count)
    {
        for (var i = 0; i < count; i++)
            cache.Add(Cached());
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    static byte[] Cached() => new byte[200_000];

    [Fact]
    public void Collect_WhenReadingTakesTooMuch_IsRefusedWithTheReason_AndTheSessionIsGone()
    {
        using var sample = new HeapSample("workstation", "20");
        using var tracking = HeapTracking.Start(Attach(sample.Pid), new() { Allocations = new() { MaximumShare = 1e-6, Window = TimeSpan.FromMilliseconds(1) } });
        for (var i = 0; i < 100 && tracking.EndedBecause.Length == 0; i++)
            sample.Round();

        Assert.Contains("MaximumShare", Assert.Throws<InstrumentUnavailableException>(() => tracking.Collect()).Message, StringComparison.Ordinal);
        sample.Round();
    }

    /// <summary>A stream that is not to be believed ends the tracking at once, not at the next look: nobody goes on paying for it, and the reason is the reader's own.</summary>
    [Fact]
    public void EndedBecause_TheStreamGoesBeyondItsLimits_IsTheReason_AndTheSessionIsGone()
    {
        using var tracking = HeapTracking.Start(SelfTarget.Instance, new() { Allocations = new() { EventLimits = new() { MaximumDefinitions = 1 } } });
        var keywords = RuntimeKeywords.AllocationSampling;
        Assert.True(SpinWait.SpinUntil(() =>
        {
            GC.KeepAlive(new byte[200_000]);
            GC.Collect(0);
            return tracking.EndedBecause.Length > 0;
        }, TimeSpan.FromSeconds(60)), "nothing has happened");

        Assert.Contains("NettraceLimits.MaximumDefinitions", tracking.EndedBecause, StringComparison.Ordinal);
        var refused = Assert.Throws<InstrumentUnavailableException>(() => tracking.Collect());
        Assert.Contains("NettraceLimits.MaximumDefinitions", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Start it again", refused.Advice, StringComparison.Ordinal);
        Assert.Throws<InstrumentUnavailableException>(() => tracking.See());
        Assert.True(SpinWait.SpinUntil(() => !While.IsOn(keywords), TimeSpan.FromSeconds(60)), "the session is still there");
        Assert.False(Vitrine.DotNet.Labels.ProfileLabels.IsRead, "the work is still followed");
    }

    /// <summary>Looks without names, and names for all of them at once: the same as looks by themselves.</summary>
    [Fact]
    public void Write_SeveralSights_IsWhatLooksWouldHaveShown()
    {
        using var tracking = HeapTracking.Start(SelfTarget.Instance);
        List<byte[]> cache = [];
        Grow(cache, 100);
        GC.Collect();
        Assert.True(tracking.WaitForCollection(GC.GetGCMemoryInfo(GCKind.Any).Index));
        var first = tracking.See();
        Grow(cache, 300);
        GC.Collect();
        Assert.True(tracking.WaitForCollection(GC.GetGCMemoryInfo(GCKind.Any).Index));
        var second = tracking.See();

        var profiles = tracking.Write([first, second]);

        Assert.True(second.LastCollection > first.LastCollection && second.LastWholeHeap > first.LastWholeHeap);
        Assert.InRange(ProfileSums.Of(profiles[0], "inuse_space", "HeapTrackingTests.Cached"), 100 * 200_000 * 0.75, 100 * 200_000 * 1.25);
        Assert.InRange(ProfileSums.Of(profiles[1], "inuse_space", "HeapTrackingTests.Cached"), 400 * 200_000 * 0.85, 400 * 200_000 * 1.15);
        GC.KeepAlive(cache);
    }

    [Fact]
    public void Record_FromOutside_ShowsWhatWasAllocatedMeanwhileAndIsStillInUse()
    {
        using var sample = new HeapSample("workstation background", "300");
        var target = Attach(sample.Pid);
        using var stop = new CancellationTokenSource();
        HeapSample.Truth? truth = null;
        var round = Task.Run(() =>
        {
            truth = sample.Round();
            stop.Cancel();
        });
        var recording = new HeapInstrument().Record(target, TimeSpan.FromMinutes(2), stop.Token);
        round.Wait();

        Assert.True(recording.Samples > 1000);
        // The session may begin a moment after the round, and what was allocated before is unknown.
        var seen = ProfileSums.Of(recording.Look.Result, "inuse_space", "Places.QueueLarge");
        Assert.InRange(seen, truth!.Kept["QueueLarge"] * 0.5, truth.Kept["QueueLarge"] * 1.1);
        Assert.Contains("% of one core", recording.Cost, StringComparison.Ordinal);
    }

    [FullRunOnly("many seconds of allocations; Collect_FromOutside stays")]
    [Fact]
    public void Record_OfAllocations_FromOutside_IsTheProgramsAccount()
    {
        using var sample = new HeapSample("server background", "300");
        var target = Attach(sample.Pid);
        using var stop = new CancellationTokenSource();
        Recording? recording = null;
        var watch = new Thread(() => recording = new AllocationsInstrument().Record(target, TimeSpan.FromMinutes(2), stop.Token));
        watch.Start();
        // Until the session is there; the first round tells nothing then.
        var first = sample.Round();
        Thread.Sleep(500);
        var second = sample.Round();
        stop.Cancel();
        watch.Join();

        var allocated = ProfileSums.Of(recording!.Look.Result, "alloc_space", "Places.Garbage");
        Assert.InRange(allocated, (second.Allocated["Garbage"] - first.Allocated["Garbage"]) * 0.95, second.Allocated["Garbage"] * 1.05);
        Assert.Equal("alloc_space", recording.Look.Result.DefaultSampleType);
        Assert.Equal(0, ProfileSums.Of(recording.Look.Result, "inuse_space", "Places.Leak"));
    }

    [Fact]
    public void Collect_WithoutTracking_SaysWhatToDo()
    {
        foreach (var instrument in (IProfileInstrument[])[new HeapInstrument(), new AllocationsInstrument()])
            Assert.Contains("HeapTracking", Assert.Throws<InstrumentUnavailableException>(() => instrument.Collect(SelfTarget.Instance, default)).Advice, StringComparison.Ordinal);
    }

    static DotNetTarget Attach(int pid) => DotNetTarget.Attach(LinuxProcess.Open(pid));

    /// <summary>
    /// Within 5 %, or within 3.3 standard errors of the sampling where that is more: a place of B bytes has B/102,400 samples at least, and the error of their sum is one divided by the root of that.
    /// </summary>
    static void AssertNear(double truth, double estimate, string what)
    {
        var tolerance = Math.Max(0.05, 3.3 * Math.Sqrt(SamplingRate.RuntimeMeanBytes / truth));
        Assert.True(Math.Abs(estimate / truth - 1) <= tolerance, $"{what}: {estimate / 1e6:F1} MB estimated, {truth / 1e6:F1} MB true, {(estimate / truth - 1) * 100:F1} %, and {tolerance * 100:F1} % is the most");
    }
}
