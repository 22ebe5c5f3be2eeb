using System.Diagnostics;
using System.Runtime.CompilerServices;
using Vitrine.DotNet.Contention;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Events;
using Vitrine.DotNet.Tests.Events;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Tests.Contention;

/// <summary>Counts are compared with the process's: nothing else runs beside.</summary>
public sealed class MutexProfileTests(ITestOutputHelper output)
{
    static MutexProfile WithoutEvents() => new(new() { RuntimeEvents = false });

    static (long Count, long Delay) Total(Profile profile) => (profile.Samples.Sum(static one => one.Values[0]), profile.Samples.Sum(static one => one.Values[1]));

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Waits(MutexProfile mutex, TimeSpan waited)
    {
        mutex.Record(waited);
        GC.KeepAlive(mutex);
    }

    [Fact]
    public void Collect_NeverSwitchedOn_SaysSoInsteadOfShowingNothing()
    {
        using var mutex = new MutexProfile();
        Waits(mutex, TimeSpan.FromSeconds(1));

        var refused = Assert.Throws<InstrumentUnavailableException>(() => mutex.Collect(SelfTarget.Instance, default));
        Assert.Contains("SetFraction", refused.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_EveryWait_CountsExactlyByTheStackThatWaited()
    {
        using var mutex = WithoutEvents();
        mutex.SetFraction(1);
        for (var i = 1; i <= 10; i++) Waits(mutex, TimeSpan.FromMilliseconds(i));
        var look = mutex.Collect(SelfTarget.Instance, default);

        var sample = look.Result.Samples.Single();
        Assert.Equal((10, 55_000_000), (sample.Values[0], sample.Values[1]));
        Assert.Equal($"{typeof(MutexProfileTests).FullName}.Waits", look.Result.FunctionsOf(sample).First().Name);
        Assert.Equal(["contentions/count", "delay/nanoseconds"], look.Result.SampleTypes.Select(static one => $"{one.Type}/{one.Unit}"));
    }

    [Fact]
    public void Record_OneInN_EstimatesTheTrueSums()
    {
        using var mutex = WithoutEvents();
        const int Each = 6_000;
        double variance = 0;
        foreach (var rate in (int[])[20, 50])
        {
            mutex.SetFraction(rate);
            for (var i = 0; i < Each; i++) Waits(mutex, TimeSpan.FromMicroseconds(10));
            variance += Each * (rate - 1.0);
        }
        mutex.SetFraction(0);
        Waits(mutex, TimeSpan.FromHours(1));
        var (count, delay) = Total(mutex.Collect(SelfTarget.Instance, default).Result);

        Assert.InRange(count, 2 * Each - 5 * Math.Sqrt(variance), 2 * Each + 5 * Math.Sqrt(variance));
        Assert.Equal(count * 10_000, delay);
    }

    /// <summary>A convoy: several threads take a lock again and again and hold it long enough that each waits for the others.</summary>
    sealed class Convoy(Action<Action> take)
    {
        public const int Threads = 3, Rounds = 8;
        const int HoldMilliseconds = 8;

        // Spinning before a wait, which the runtime does not count, takes some microseconds. A wait that is shorter than this, and still one, is not in the truth.
        static readonly TimeSpan Spun = TimeSpan.FromMilliseconds(1);

        long _waits, _ticks;

        /// <summary>Waits by the waiters' own clocks.</summary>
        public (long Count, TimeSpan Delay) Truth => (_waits, Stopwatch.GetElapsedTime(0, _ticks));

        public void Run()
        {
            var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(Take)).ToList();
            threads.ForEach(static one => one.Start());
            threads.ForEach(static one => one.Join());
        }

        void Take()
        {
            for (var i = 0; i < Rounds; i++)
            {
                var begun = Stopwatch.GetTimestamp();
                take(() =>
                {
                    var waited = Stopwatch.GetTimestamp() - begun;
                    if (Stopwatch.GetElapsedTime(0, waited) > Spun)
                    {
                        Interlocked.Increment(ref _waits);
                        Interlocked.Add(ref _ticks, waited);
                    }
                    Thread.Sleep(HoldMilliseconds);
                });
                // Locks are not fair: who comes back at once gets it again before a waiter has woken up.
                Thread.Sleep(HoldMilliseconds / 2);
            }
        }
    }

    static readonly object Gate = new(), AnotherGate = new();
    static readonly Lock NewGate = new();

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void TakeMonitor(Action inside)
    {
        lock (Gate) inside();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void TakeAnother(Action inside)
    {
        lock (AnotherGate) inside();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void TakeLock(Action inside)
    {
        lock (NewGate) inside();
    }

    /// <summary>The program's own stopwatches are the truth, and the runtime's counter of contentions.</summary>
    [Theory, InlineData(nameof(TakeMonitor)), InlineData(nameof(TakeLock))]
    public void Record_AConvoy_AgreesWithTheWaitersOwnClocks(string kind)
    {
        using var mutex = new MutexProfile();
        for (var attempt = 1; ; attempt++)
        {
            var convoy = new Convoy(kind == nameof(TakeLock) ? TakeLock : TakeMonitor);
            long inside = 0;
            var outside = Monitor.LockContentionCount;
            var recording = While.Recording(RuntimeKeywords.Contention, stop => mutex.Record(SelfTarget.Instance, TimeSpan.FromSeconds(60), stop), () =>
            {
                inside = Monitor.LockContentionCount;
                convoy.Run();
                inside = Monitor.LockContentionCount - inside;
            });
            outside = Monitor.LockContentionCount - outside;
            var profile = recording.Look.Result;
            output.WriteLine($"truth {convoy.Truth}, {inside} to {outside} contentions of the process\n{profile.Text()}");

            Assert.InRange(profile.Samples.Sum(static one => one.Values[0]), inside, outside);
            var samples = profile.With($".{kind}");
            var (count, delay) = (samples.Sum(0), samples.Sum(1) / 1e6);
            var (trueCount, trueDelay) = (convoy.Truth.Count, convoy.Truth.Delay.TotalMilliseconds);
            // A thread that is put aside between its clock and the runtime's makes one run wrong.
            if (attempt < 6 && (count < trueCount || Math.Abs(delay - trueDelay) > 0.03 * trueDelay)) continue;
            Assert.InRange(count, trueCount, Convoy.Threads * Convoy.Rounds);
            Assert.InRange(delay, trueDelay * 0.97, trueDelay * 1.03);

            // One lock; its owners are the other threads, and most had waited for it before.
            Assert.Single(samples.Select(static one => one.Labels.Text("lock")).Distinct());
            Assert.InRange(samples.SelectMany(static one => one.Labels).Where(static one => one.Key == "owner_thread").Select(static one => one.Number).Distinct().Count(), 2, Convoy.Threads);
            Assert.Contains(samples, one => one.Labels.Text("owner_last_waited_in")?.EndsWith($".{kind}", StringComparison.Ordinal) == true);
            Assert.Equal(0, recording.Lost);
            return;
        }
    }

    /// <summary>Waits until so many waits have arrived. The last ones only do when more events follow.</summary>
    static void Await(MutexProfile mutex, long samples) => Assert.True(SpinWait.SpinUntil(() =>
    {
        var other = new object();
        Thread waiter;
        lock (other)
        {
            waiter = new Thread(() =>
            {
                lock (other) GC.KeepAlive(other);
            });
            waiter.Start();
            SpinWait.SpinUntil(() => (waiter.ThreadState & System.Threading.ThreadState.WaitSleepJoin) != 0, 1000);
        }
        waiter.Join();
        return SpinWait.SpinUntil(() => mutex.Samples >= samples, 300);
    }, TimeSpan.FromSeconds(30)));

    [Fact]
    public void SetFraction_WhileRunning_SwitchesTheRuntimesReportsOnAndOff()
    {
        using var mutex = new MutexProfile();
        Assert.Equal(0, mutex.SetFraction(1));
        Assert.True(While.IsOn(RuntimeKeywords.Contention));
        var first = new Convoy(TakeMonitor);
        first.Run();
        Await(mutex, first.Truth.Count);
        Assert.Equal(1, mutex.SetFraction(-5));
        var before = mutex.Collect(SelfTarget.Instance, default).Result;

        // A recording of a second session does not disturb the first.
        var second = new Convoy(TakeAnother);
        var recording = mutex.Record(SelfTarget.Instance, TimeSpan.FromSeconds(0.1), default);
        Assert.True(While.IsOn(RuntimeKeywords.Contention));
        second.Run();
        Await(mutex, mutex.Samples + second.Truth.Count);

        Assert.Equal(1, mutex.SetFraction(0));
        Assert.False(While.IsOn(RuntimeKeywords.Contention));
        var unseen = new Convoy(TakeMonitor);
        unseen.Run();
        Assert.True(unseen.Truth.Count > 0);
        var after = mutex.Collect(SelfTarget.Instance, default).Result;
        output.WriteLine(after.Text());

        // Cumulative, also over the end of the session.
        var counted = before.With(".TakeMonitor").Sum(0);
        Assert.InRange(counted, first.Truth.Count, Convoy.Threads * Convoy.Rounds);
        Assert.Equal(counted, after.With(".TakeMonitor").Sum(0));
        Assert.InRange(after.With(".TakeAnother").Sum(0), second.Truth.Count, Convoy.Threads * Convoy.Rounds);
        Assert.Equal(0, recording.Lost);
    }

    [Fact]
    public void SetFraction_MoreEventsThanTheBudget_EndsTheSessionAndSaysSo()
    {
        using var mutex = new MutexProfile(new() { Budget = EventBudget.Default with { EventsPerSecond = 5 } });
        mutex.SetFraction(1);
        new Convoy(TakeMonitor).Run();

        Assert.True(SpinWait.SpinUntil(() => !While.IsOn(RuntimeKeywords.Contention), TimeSpan.FromSeconds(30)), "the session is still there");
        Assert.Contains(mutex.Collect(SelfTarget.Instance, default).Notes, static note => note.StartsWith("Cut off at", StringComparison.Ordinal));
        Assert.Equal(1, mutex.SetFraction(1));
        Assert.True(While.IsOn(RuntimeKeywords.Contention));
    }
}
