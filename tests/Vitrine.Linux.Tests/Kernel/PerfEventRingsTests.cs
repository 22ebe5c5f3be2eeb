using System.Diagnostics;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Tests.Support;

namespace Vitrine.Linux.Tests.Kernel;

/// <summary>Perf events of this very process, with the threads' own clocks as truth.</summary>
public sealed class PerfEventRingsTests
{
    sealed class Counter : IPerfSampleSink
    {
        public Dictionary<int, int> Samples { get; } = [];

        public Dictionary<int, string> Names { get; } = [];

        public int WithStack { get; private set; }

        public int InChain { get; private set; }

        public void OnSample(in PerfSample sample)
        {
            Samples[sample.ThreadId] = Samples.GetValueOrDefault(sample.ThreadId) + 1;
            if (sample.Stack.Length > 0 && sample.Registers.Length == 17) WithStack++;
            if (sample.Callchain.Contains(PerfSample.UserContext)) InChain++;
        }

        public void OnThreadName(int threadId, ReadOnlySpan<byte> name) => Names[threadId] = System.Text.Encoding.UTF8.GetString(name);
    }

    /// <summary>Threads that count until they are told to stop, each with its number and its processor time.</summary>
    sealed class Busy : IDisposable
    {
        readonly List<Thread> _threads = [];
        volatile bool _stop;

        public Dictionary<int, long> Clocks { get; } = [];

        public void Start(int count)
        {
            using var ready = new CountdownEvent(count);
            for (var i = 0; i < count; i++)
            {
                var thread = new Thread(() =>
                {
                    ready.Signal();
                    while (!_stop) Thread.SpinWait(1000);
                    Assert.True(ThreadClocks.TryRead(ThreadClocks.CurrentThreadId, out var clock));
                    lock (Clocks) Clocks[ThreadClocks.CurrentThreadId] = clock;
                }, 256 * 1024);
                _threads.Add(thread);
                thread.Start();
            }
            ready.Wait();
        }

        public void Dispose()
        {
            _stop = true;
            _threads.ForEach(static one => one.Join());
        }
    }

    static Counter Watch(PerfEventRings rings, TimeSpan time)
    {
        var counter = new Counter();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            Thread.Sleep(20);
            rings.Drain(counter);
        }
        return counter;
    }

    [Fact]
    public void OpenThreads_ThreadsThatAreBornLater_AreSampledAsMuchAsTheirClocksSay()
    {
        const int Hz = 199;
        for (var attempt = 1; ; attempt++)
        {
            using var rings = PerfEventRings.OpenThreads(new() { FrequencyHz = Hz, Kernel = false });
            var busy = new Busy();
            busy.Start(4);
            var counter = Watch(rings, TimeSpan.FromSeconds(1.5));
            busy.Dispose();
            rings.Drain(counter);

            Assert.True(rings.InheritsThreadsOnly);
            Assert.Equal(counter.Samples.Values.Sum(), counter.WithStack);
            Assert.Equal(counter.Samples.Values.Sum(), counter.InChain);
            Assert.Equal((0, 0), (rings.Lost, rings.Malformed));
            // One sample for each period of processor time: each thread can be off by the one that was due, and by the kernel's part of its time, which is small for a loop. A virtual machine whose
            // processors are taken away for a while runs its timers late, and several periods become one: that happens in one run, not in each.
            var isEachAsItsClock = busy.Clocks.All(one => counter.Samples.GetValueOrDefault(one.Key) is var seen && one.Value / 1e9 * Hz is var expected && seen >= expected * 0.9 - 3 && seen <= expected * 1.05 + 3);
            if (isEachAsItsClock) return;
            Assert.True(attempt < 4, string.Join(", ", busy.Clocks.Select(one => $"{counter.Samples.GetValueOrDefault(one.Key)} samples for {one.Value / 1e9 * Hz:0.0} periods")));
        }
    }

    /// <summary>
    /// Threads that are born while the events are opened, to one that has events already, inherit its events and get their own: what they create inherits both. Their children's samples are compared with the children's clocks.
    /// </summary>
    [Fact]
    public void OpenThreads_ThreadsThatCreateThreadsMeanwhile_AreSampledOnce()
    {
        const int Hz = 499, Parents = 48, Children = 12;
        for (var attempt = 1; ; attempt++)
        {
            using var opened = new ManualResetEventSlim();
            using var begin = new ManualResetEventSlim(false, spinCount: 2000);
            Thread?[] children = new Thread[Children];
            var clocks = new Dictionary<int, long>();
            var parents = new List<Thread>();
            var breeder = new Thread(() =>
            {
                begin.Wait();
                for (var i = 0; i < Parents; i++)
                {
                    var child = i * Children / Parents;
                    var isChosen = i % (Parents / Children) == 0;
                    var parent = new Thread(() =>
                    {
                        opened.Wait();
                        if (!isChosen) return;
                        children[child] = new Thread(() => Burn(clocks), 256 * 1024);
                        children[child]!.Start();
                    }, 256 * 1024);
                    parents.Add(parent);
                    parent.Start();
                }
            }, 256 * 1024);
            breeder.Start();
            // They are opened after the one that creates threads, and give it time to create some.
            var idle = Enumerable.Range(0, 100).Select(_ => new Thread(() => opened.Wait(), 64 * 1024)).ToList();
            idle.ForEach(static one => one.Start());

            begin.Set();
            using var rings = PerfEventRings.OpenThreads(new() { FrequencyHz = Hz, Kernel = false });
            breeder.Join();
            opened.Set();
            var counter = new Counter();
            var bound = Stopwatch.StartNew();
            while (bound.Elapsed < TimeSpan.FromSeconds(60))
            {
                Thread.Sleep(20);
                rings.Drain(counter);
                lock (clocks)
                    if (clocks.Count == Children) break;
            }
            parents.ForEach(static one => one.Join());
            idle.ForEach(static one => one.Join());
            foreach (var child in children) child!.Join();
            rings.Drain(counter);
            // Whether a thread is born at the right moment is the scheduler's choice.
            if (rings.Duplicates == 0 && attempt < 20) continue;

            Assert.True(rings.Duplicates > 0, "no thread had two events in 20 attempts");
            Assert.Equal((0, 0), (rings.Lost, rings.Malformed));
            foreach (var (thread, clock) in clocks)
            {
                // Counted twice is 2 times as much. Too few can be many: the last period of each event is not over, and a virtual processor that has to wait for a real one skips samples while the clock runs on.
                var expected = clock / 1e9 * Hz;
                Assert.InRange(counter.Samples.GetValueOrDefault(thread), expected * 0.4, expected * 1.05 + 3);
            }
            return;
        }

        static void Burn(Dictionary<int, long> clocks)
        {
            long clock = 0;
            while (clock < 100_000_000)
            {
                Thread.SpinWait(20_000);
                Assert.True(ThreadClocks.TryRead(ThreadClocks.CurrentThreadId, out clock));
            }
            lock (clocks) clocks[ThreadClocks.CurrentThreadId] = clock;
        }
    }

    [Fact]
    public void Dispose_ClosesEveryDescriptor()
    {
        static int Open() => LinuxProcess.Open(Environment.ProcessId).FileDescriptors().Count(one => LinuxProcess.Open(Environment.ProcessId).ReadFileDescriptor(one)?.Contains("perf_event", StringComparison.Ordinal) == true);

        using (var rings = PerfEventRings.OpenThreads(new()))
        {
            Assert.True(rings.DescriptorCount >= rings.ThreadCount);
            Assert.True(Open() >= rings.DescriptorCount);
        }
        Assert.Equal(0, Open());
    }

    [Fact]
    public void OpenThreads_TooFewDescriptors_LeavesOutThreadsAndSaysHowMany()
    {
        using var busy = new Busy();
        busy.Start(12);
        using var all = PerfEventRings.OpenThreads(new());
        var each = all.DescriptorCount / all.ThreadCount;
        all.Dispose();
        using var few = PerfEventRings.OpenThreads(new() { MaximumDescriptors = 6 * each });

        Assert.InRange(few.ThreadCount, 1, 6);
        Assert.True(few.ThreadsLeftOut >= 6);
        Assert.True(few.DescriptorCount <= 6 * each);
    }

    [Fact]
    public void OpenThreads_RingThatIsTooSmall_CountsWhatIsLost()
    {
        using var rings = PerfEventRings.OpenThreads(new() { FrequencyHz = 997, RingBytes = 64 * 1024 });
        Assert.Equal(64 * 1024, rings.RingBytes);
        using var busy = new Busy();
        busy.Start(2);
        Thread.Sleep(600);
        var counter = new Counter();
        var whole = rings.Drain(counter);
        Thread.Sleep(50);
        rings.Drain(counter); // what was lost is said with the first record that fits again

        Assert.True(whole > 0);
        Assert.True(rings.Lost > 100, $"{rings.Lost} lost, {counter.Samples.Values.Sum()} seen");
    }

    [Fact]
    public void OpenThreads_WithoutPrivilege_SeesItsOwnThreadsAndNotTheKernel()
    {
        var paranoid = int.Parse(File.ReadAllText("/proc/sys/kernel/perf_event_paranoid"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.SkipWhen(paranoid > 2, "perf events are closed to users on this machine");
        AsNobody.Run(() =>
        {
            using var rings = PerfEventRings.OpenThreads(new() { FrequencyHz = 499 });
            Assert.Equal(paranoid <= 1, rings.SeesKernel);
            using var busy = new Busy();
            busy.Start(2);
            Assert.True(Watch(rings, TimeSpan.FromSeconds(0.5)).Samples.Values.Sum() > 20);
        });
    }
}
