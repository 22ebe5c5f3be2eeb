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
        using var rings = PerfEventRings.OpenThreads(new() { FrequencyHz = Hz, Kernel = false });
        var busy = new Busy();
        busy.Start(4);
        var counter = Watch(rings, TimeSpan.FromSeconds(1.5));
        busy.Dispose();
        rings.Drain(counter);

        Assert.True(rings.InheritsThreadsOnly);
        foreach (var (thread, clock) in busy.Clocks)
        {
            // One sample for each period of processor time: each thread can be off by the one that was due, and by the kernel's part of its time, which is small for a loop.
            var expected = clock / 1e9 * Hz;
            Assert.InRange(counter.Samples.GetValueOrDefault(thread), expected * 0.9 - 3, expected * 1.05 + 3);
        }
        Assert.Equal(counter.Samples.Values.Sum(), counter.WithStack);
        Assert.Equal(counter.Samples.Values.Sum(), counter.InChain);
        Assert.Equal((0, 0), (rings.Lost, rings.Malformed));
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
