using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Vitrine.DotNet.Allocations;
using Vitrine.DotNet.Contention;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Exceptions;
using Vitrine.DotNet.Heap;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Tests.Events;
using Vitrine.DotNet.Waits;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Tests.Labels;

/// <summary>Profiles of events, split by label, against a program's own account of what it did for whom.</summary>
public sealed class EventLabelsTests(ITestOutputHelper output)
{
    const string Tenant = "tenant", SourceName = "vitrine.tests.events";

    static readonly ActivitySource s_source = new(SourceName);
    static readonly object Gate = new();

    readonly ConcurrentDictionary<(string Key, string Value), (long Count, double Amount)> _account = new();

    static ActivityListener Listen()
    {
        var listener = new ActivityListener { ShouldListenTo = static source => source.Name == SourceName, Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>Does something for a tenant in a span of its own, and notes it.</summary>
    void For(string tenant, Func<double> work)
    {
        using var activity = s_source.StartActivity("work");
        using var scope = ProfileLabels.Scope((Tenant, tenant));
        Note(tenant, work());
    }

    void Note(string tenant, double amount)
    {
        foreach (var key in ((string, string)[])[(Tenant, tenant), (WorkContext.TraceIdKey, Activity.Current?.TraceId.ToHexString() ?? ""), (WorkContext.SpanIdKey, Activity.Current?.SpanId.ToHexString() ?? "")])
            _account.AddOrUpdate(key, (1, amount), (_, old) => (old.Count + 1, old.Amount + amount));
    }

    /// <summary>The sums of one value by a label's text, of samples with a method.</summary>
    static Dictionary<string, long> By(Profile profile, string label, string method, int value = 0) =>
        profile.With($".{method}").GroupBy(one => one.Labels.Text(label) ?? "").ToDictionary(static one => one.Key, one => one.Sum(sample => sample.Values[value]));

    Dictionary<string, T> Truth<T>(string label, Func<(long Count, double Amount), T> of) => _account.Where(one => one.Key.Key == label).ToDictionary(static one => one.Key.Value, one => of(one.Value));

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Throws()
    {
        try
        {
            throw new InvalidOperationException();
        }
        catch (InvalidOperationException)
        {
        }
    }

    /// <summary>Requests that hop between threads, and throw on each.</summary>
    async Task Request(int number)
    {
        using var activity = s_source.StartActivity("request");
        using var scope = ProfileLabels.Scope((Tenant, $"t{number % 3}"));
        for (var i = 0; i < 5 + number; i++)
        {
            Throws();
            Note($"t{number % 3}", 0);
            if (i % 3 == 0) await Task.Delay(1);
            else await Task.Yield();
        }
    }

    [Fact]
    public void Exceptions_OfRequestsThatHop_AreEachTenantsAndEachSpans_Exactly()
    {
        using var listener = Listen();
        var recording = While.Recording(RuntimeKeywords.Exception, stop => new ExceptionInstrument().Record(SelfTarget.Instance, TimeSpan.FromSeconds(60), stop), () =>
        {
            Task.WhenAll(Enumerable.Range(0, 12).Select(number => Task.Run(() => Request(number)))).GetAwaiter().GetResult();
            Throws();
        });
        var profile = recording.Look.Result;

        foreach (var label in (string[])[Tenant, WorkContext.TraceIdKey, WorkContext.SpanIdKey])
        {
            var expected = Truth(label, static one => one.Count);
            expected[""] = 1;   // the one outside of every request
            Assert.Equal(expected, By(profile, label, nameof(Throws)));
        }
        Assert.Equal(12, By(profile, WorkContext.SpanIdKey, nameof(Throws)).Keys.Count(static one => one.Length == 16));
    }

    [Fact]
    public void Exceptions_RecordedAsAPartOfASum_HaveLabelsAndNoTraces()
    {
        using var listener = Listen();
        var recording = While.Recording(RuntimeKeywords.Exception, stop => new ExceptionInstrument().RecordPart(SelfTarget.Instance, TimeSpan.FromSeconds(60), stop),
            () => Task.WhenAll(Enumerable.Range(0, 6).Select(number => Task.Run(() => Request(number)))).GetAwaiter().GetResult());
        var profile = recording.Look.Result;

        Assert.Equal(Truth(Tenant, static one => one.Count), By(profile, Tenant, nameof(Throws)));
        Assert.DoesNotContain(profile.Samples, static one => one.Labels.Text(WorkContext.TraceIdKey) is not null);
    }

    [Fact]
    public void Exceptions_WithoutLabels_HaveNoneAndNothingFollowsTheWork()
    {
        var recording = While.Recording(RuntimeKeywords.Exception, stop => new ExceptionInstrument(new() { Labels = false }).Record(SelfTarget.Instance, TimeSpan.FromSeconds(60), stop), () =>
        {
            Assert.False(ProfileLabels.IsRead);
            For("blue", () =>
            {
                Throws();
                return 0;
            });
        });

        Assert.Equal(new Dictionary<string, long> { [""] = 1 }, By(recording.Look.Result, Tenant, nameof(Throws)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static double Waits(int milliseconds)
    {
        using var never = new ManualResetEvent(false);
        var begun = Stopwatch.GetTimestamp();
        never.WaitOne(milliseconds);
        return Stopwatch.GetElapsedTime(begun).TotalNanoseconds;
    }

    [Fact]
    public void Block_WaitsOfSeveralTenants_AreEachTenantsOwnStopwatch()
    {
        using var listener = Listen();
        var recording = While.Recording(RuntimeKeywords.WaitHandle, stop => new WaitInstrument().Record(SelfTarget.Instance, TimeSpan.FromSeconds(60), stop), () =>
        {
            for (var i = 0; i < 15; i++) For($"t{i % 3}", () => Waits(10 + 20 * (i % 3)));
        });

        Matches(recording.Look.Result, nameof(Waits), tolerance: 0.03);
        Assert.Equal(15, By(recording.Look.Result, WorkContext.SpanIdKey, nameof(Waits)).Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static double WaitsForTheLock(int milliseconds)
    {
        using var held = new ManualResetEventSlim();
        var waiter = Thread.CurrentThread;
        var comes = false;
        var holder = new Thread(() =>
        {
            lock (Gate)
            {
                held.Set();
                // On a busy machine the other thread may come later than the lock would be held.
                SpinWait.SpinUntil(() => Volatile.Read(ref comes) && waiter.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin), TimeSpan.FromSeconds(60));
                Thread.Sleep(milliseconds);
            }
        });
        holder.Start();
        held.Wait();
        Volatile.Write(ref comes, true);
        var begun = Stopwatch.GetTimestamp();
        double waited;
        lock (Gate) waited = Stopwatch.GetElapsedTime(begun).TotalNanoseconds;
        holder.Join();
        return waited;
    }

    [Fact]
    public void Mutex_WaitsOfSeveralTenants_AreEachTenantsOwnStopwatch()
    {
        using var listener = Listen();
        using var mutex = new MutexProfile();
        var recording = While.Recording(RuntimeKeywords.Contention, stop => mutex.Record(SelfTarget.Instance, TimeSpan.FromSeconds(60), stop), () =>
        {
            for (var i = 0; i < 9; i++) For($"t{i % 3}", () => WaitsForTheLock(30 + 30 * (i % 3)));
        });

        // A wait begins to be reported when spinning has not helped.
        Matches(recording.Look.Result, nameof(WaitsForTheLock), tolerance: 0.03);
        Assert.Equal(9, By(recording.Look.Result, WorkContext.TraceIdKey, nameof(WaitsForTheLock)).Count);
    }

    [Fact]
    public void Mutex_Cumulative_HasLabelsAndNoTraces_AndFollowsNoActivities()
    {
        using var listener = Listen();
        using var mutex = new MutexProfile();
        mutex.SetFraction(1);
        for (var i = 0; i < 6; i++) For($"t{i % 3}", () => WaitsForTheLock(20 + 30 * (i % 3)));
        // The last events arrive when others follow.
        Assert.True(SpinWait.SpinUntil(() =>
        {
            WaitsForTheLock(2);
            return mutex.Samples > 6;
        }, TimeSpan.FromSeconds(60)));
        var profile = mutex.Collect(SelfTarget.Instance, default).Result;

        Matches(profile, nameof(WaitsForTheLock), tolerance: 0.03);
        Assert.DoesNotContain(profile.Samples, static one => one.Labels.Text(WorkContext.TraceIdKey) is not null);
        mutex.SetFraction(0);
        Assert.False(ProfileLabels.IsRead);
    }

    /// <summary>Counts are equal, and times within the tolerance: of each tenant.</summary>
    void Matches(Profile profile, string method, double tolerance)
    {
        output.WriteLine(profile.Text());
        var (counts, delays) = (By(profile, Tenant, method), By(profile, Tenant, method, value: 1));
        foreach (var (tenant, truth) in Truth(Tenant, static one => one))
        {
            Assert.Equal(truth.Count, counts[tenant]);
            // A thread that is put aside between its clock and the runtime's: at most a millisecond for each wait beside.
            Assert.InRange(delays[tenant], truth.Amount * (1 - tolerance) - truth.Count * 1e6, truth.Amount * (1 + tolerance) + truth.Count * 1e6);
        }
    }

    const int Large = 200_000;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static byte[] Allocates() => new byte[Large];

    double Allocates(int count, List<byte[]>? keep)
    {
        for (var i = 0; i < count; i++)
        {
            var one = Allocates();
            keep?.Add(one);
        }
        return count * (double)Large;
    }

    /// <summary>Estimates: an object of this size is seen with the probability 0.86, so the standard error of n of them is 0.41 of one divided by the root of n. Five of these.</summary>
    static void IsNear(double truth, double seen) => Assert.InRange(seen, truth - 5 * 0.41 * Math.Sqrt(truth * Large), truth + 5 * 0.41 * Math.Sqrt(truth * Large));

    [Fact]
    public void Allocs_OfSeveralTenants_AreEachTenantsOwnSum()
    {
        using var listener = Listen();
        var recording = While.Recording(RuntimeKeywords.AllocationSampling, stop => new AllocationsInstrument().Record(SelfTarget.Instance, TimeSpan.FromSeconds(60), stop), () =>
        {
            for (var i = 0; i < 6; i++) For($"t{i % 3}", () => Allocates(200 * (i % 3 + 1), keep: null));
        });
        var profile = recording.Look.Result;

        foreach (var label in (string[])[Tenant, WorkContext.TraceIdKey])
        {
            var seen = By(profile, label, nameof(Allocates), value: 1);
            Assert.Equal(label == Tenant ? 3 : 6, seen.Count);
            foreach (var (value, truth) in Truth(label, static one => one.Amount)) IsNear(truth, seen[value]);
        }
    }

    [Fact]
    public void Heap_InUse_HasTheLabelsOfTheAllocation()
    {
        using var listener = Listen();
        using var tracking = HeapTracking.Start(SelfTarget.Instance);
        List<byte[]> kept = [];
        For("keeps", () => Allocates(300, kept));
        For("drops", () => Allocates(600, keep: null));
        var profile = tracking.Collect(collectFirst: true).Result;
        GC.KeepAlive(kept);

        var (allocated, inUse) = (By(profile, Tenant, nameof(Allocates), value: 1), By(profile, Tenant, nameof(Allocates), value: 3));
        foreach (var (tenant, truth) in Truth(Tenant, static one => one.Amount)) IsNear(truth, allocated[tenant]);
        IsNear(300.0 * Large, inUse["keeps"]);
        Assert.InRange(inUse["drops"], 0, 3.0 * Large);
        // What grows as long as the service runs has labels only.
        Assert.DoesNotContain(profile.Samples, static one => one.Labels.Text(WorkContext.TraceIdKey) is not null);
        tracking.Dispose();
        Assert.False(ProfileLabels.IsRead);
    }
}
