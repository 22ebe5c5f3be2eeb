using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Tests.Events;
using Vitrine.DotNet.Waits;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Tests.Waits;

public sealed class WaitInstrumentTests(ITestOutputHelper output)
{
    readonly ConcurrentDictionary<string, (long Count, double Milliseconds, double Blocked)> _truth = new();

    void Timed(string name, Action wait)
    {
        var awake = AwakeMilliseconds();
        var begun = Stopwatch.GetTimestamp();
        wait();
        var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        var blocked = took - (AwakeMilliseconds() - awake);
        _truth.AddOrUpdate(name, (1, took, blocked), (_, sum) => (sum.Count + 1, sum.Milliseconds + took, sum.Blocked + blocked));
    }

    // What this thread ran and stood in line for a processor, by the kernel (Documentation/scheduler/sched-stats.rst): most of the runtime's ways to wait spin first, which is no wait, and on a busy machine takes milliseconds.
    static double AwakeMilliseconds()
    {
        var fields = File.ReadAllText("/proc/thread-self/schedstat").Split(' ');
        return (long.Parse(fields[0], CultureInfo.InvariantCulture) + long.Parse(fields[1], CultureInfo.InvariantCulture)) / 1e6;
    }

    // Nothing is ever set: each waits for its time, by a way of its own.
    static readonly AutoResetEvent Event = new(false);
    static readonly SemaphoreSlim Semaphore = new(0);
    static readonly BlockingCollection<int> Queue = [];
    static readonly Task Never = new TaskCompletionSource().Task;

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void WaitForEvent() => Event.WaitOne(30);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void WaitForSemaphore() => Semaphore.Wait(30);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void WaitForQueue() => Queue.TryTake(out _, 30);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void WaitForTask() => Never.Wait(30);

    /// <summary>The program's own stopwatch around each wait is the truth; where a wait spun first, it was between that and what the kernel says the thread was blocked for.</summary>
    [Fact]
    public void Record_EveryWayToWait_AgreesWithTheWaitersOwnClocks()
    {
        Dictionary<string, Action> ways = new()
        {
            [nameof(WaitForEvent)] = WaitForEvent, [nameof(WaitForSemaphore)] = WaitForSemaphore, [nameof(WaitForQueue)] = WaitForQueue, [nameof(WaitForTask)] = WaitForTask,
        };
        for (var attempt = 1; ; attempt++)
        {
            _truth.Clear();
            using var hold = new ManualResetEvent(false);
            using var waiting = new ManualResetEventSlim();
            var forever = new Thread(() => WaitsForever(hold, waiting));
            var recording = While.Recording(RuntimeKeywords.WaitHandle, stop => new WaitInstrument().Record(SelfTarget.Instance, TimeSpan.FromSeconds(60), stop), () =>
            {
                forever.Start();
                waiting.Wait();
                var threads = ways.Select(way => new Thread(() =>
                {
                    for (var i = 0; i < 10; i++) Timed(way.Key, way.Value);
                })).ToList();
                threads.ForEach(static one => one.Start());
                threads.ForEach(static one => one.Join());
                // Idle workers and timers are there, and not in the profile.
                Task.Run(static () => Thread.Sleep(1)).Wait();
            });
            hold.Set();
            forever.Join();
            var profile = recording.Look.Result;
            output.WriteLine(profile.Text());

            List<(string Way, long Count, long TrueCount, double Delay, double True, double Blocked)> rows =
            [
                .. ways.Keys.Select(way => (way, profile.With($".{way}").Sum(0), _truth[way].Count, profile.With($".{way}").Sum(1) / 1e6, _truth[way].Milliseconds, _truth[way].Blocked)),
            ];
            rows.ForEach(one => output.WriteLine($"{one}"));
            if (attempt < 6 && rows.Exists(static one => Math.Abs(one.Delay - one.True) > 0.03 * one.True)) continue;
            // A wait that was over before the spinning was is none at all.
            Assert.All(rows, static one => Assert.InRange(one.Delay, one.Blocked * 0.97 - one.TrueCount * 0.5, one.True * 1.03));
            Assert.All(rows, static one => Assert.InRange(one.Count, one.Delay >= one.True * 0.97 ? one.TrueCount : 0, one.TrueCount));
            Assert.Equal(10, rows[0].Count);   // this one does not spin

            var unfinished = profile.With($".{nameof(WaitsForever)}").Single(static one => one.Labels.Text("wait") == "unfinished");
            Assert.True(unfinished.Values[1] > 250e6 * 0.9); // ten waits of 30 ms went by meanwhile
            Assert.Empty(profile.With("TimerQueue.TimerThread"));
            Assert.Empty(profile.With("GateThread.GateThreadStart"));
            Assert.Empty(profile.With("EventWatch.Run"));
            return;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void WaitsForever(WaitHandle until, ManualResetEventSlim waiting)
    {
        waiting.Set();
        until.WaitOne();
    }

    [Theory, InlineData(".NET 8.0.3", false), InlineData("8.0.11+abc", false), InlineData(".NET 9.0.0", null), InlineData("", null)]
    public void AvailableFor_OlderRuntimes_SaysSince(string version, bool? canLook)
    {
        var target = new OfVersion(version);
        var available = new WaitInstrument().AvailableFor(target);
        Assert.Equal(canLook ?? target.Port.Availability().CanLook, available.CanLook);
        if (canLook == false) Assert.Contains(".NET 9", available.Reason, StringComparison.Ordinal);
    }

    sealed class OfVersion(string version) : IDotNetTarget
    {
        public int Pid => Environment.ProcessId;
        public RuntimeKind Runtime => RuntimeKind.DotNet;
        public string RuntimeVersion => version;
        public string Name => "service";
        public DiagnosticPort Port { get; } = DiagnosticPort.OfSelf();
    }
}
