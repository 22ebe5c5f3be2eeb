using System.Diagnostics;
using System.Runtime.CompilerServices;
using Vitrine.DotNet.Contention;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Tests.Contention;

public sealed class MutexProfileTests
{
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
        var mutex = new MutexProfile();
        Waits(mutex, TimeSpan.FromSeconds(1));

        Assert.False(mutex.AvailableFor(SelfTarget.Instance).CanLook);
        var refused = Assert.Throws<InstrumentUnavailableException>(() => mutex.Collect(SelfTarget.Instance, default));
        Assert.Contains("SetFraction", refused.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_EveryWait_CountsExactlyByTheStackThatWaited()
    {
        var mutex = new MutexProfile();
        mutex.SetFraction(1);
        for (var i = 1; i <= 10; i++) Waits(mutex, TimeSpan.FromMilliseconds(i));
        var look = mutex.Collect(SelfTarget.Instance, default);

        var sample = look.Result.Samples.Single();
        Assert.Equal((10, 55_000_000), (sample.Values[0], sample.Values[1]));
        Assert.Equal($"{typeof(MutexProfileTests).FullName}.Waits", look.Result.FunctionsOf(sample).First().Name);
        Assert.Equal(["contentions/count", "delay/nanoseconds"], look.Result.SampleTypes.Select(static one => $"{one.Type}/{one.Unit}"));
        Assert.Contains(look.Notes, static note => note.Contains("not read yet", StringComparison.Ordinal));
    }

    [Fact]
    public void Record_OneInN_EstimatesTheTrueSums()
    {
        var mutex = new MutexProfile();
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

    /// <summary>The waiter's own clock around the lock is the truth.</summary>
    [Fact]
    public void Enter_AContendedLock_ProfilesTheWait_AndAFreeOneDoesNot()
    {
        var mutex = new MutexProfile();
        mutex.SetFraction(1);
        var gate = new object();
        using (mutex.Enter(gate))
            Assert.True(Monitor.IsEntered(gate));
        Assert.False(Monitor.IsEntered(gate));
        Assert.Equal(0, mutex.Samples);

        TimeSpan truth = default;
        Thread waiter;
        lock (gate)
        {
            waiter = new Thread(() => truth = Contended(mutex, gate));
            waiter.Start();
            Assert.True(SpinWait.SpinUntil(() => (waiter.ThreadState & System.Threading.ThreadState.WaitSleepJoin) != 0, TimeSpan.FromSeconds(30)));
            Thread.Sleep(30); // what is measured is a wait: it has to take some time
        }
        waiter.Join();

        var profile = mutex.Collect(SelfTarget.Instance, default).Result;
        var sample = profile.Samples.Single();
        Assert.Equal(1, sample.Values[0]);
        Assert.InRange(sample.Values[1] / 1e6, 25, truth.TotalMilliseconds);
        Assert.True(truth.TotalMilliseconds - sample.Values[1] / 1e6 < 20);
        Assert.Equal($"{typeof(MutexProfileTests).FullName}.Contended", profile.FunctionsOf(sample).First().Name);
        Assert.True(Monitor.TryEnter(gate));
        Monitor.Exit(gate);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static TimeSpan Contended(MutexProfile mutex, object gate)
    {
        var begun = Stopwatch.GetTimestamp();
        using (mutex.Enter(gate))
            return Stopwatch.GetElapsedTime(begun);
    }
}
