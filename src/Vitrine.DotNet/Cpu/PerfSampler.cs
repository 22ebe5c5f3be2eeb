using System.Diagnostics;
using System.Text;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Cpu;

/// <summary>Drains the rings of perf events into an arena, on a thread that does nothing else and allocates nothing.</summary>
sealed class PerfSampler : IDisposable
{
    /// <summary>How often the rings are emptied: a ring of 2 MB holds 240 samples with stacks, a second of a busy processor at 199 Hz, and one of 512 KB a quarter of that.</summary>
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(40);

    const int MaximumNames = 4096, NameBytes = 16;

    readonly PerfEventRings _rings;
    readonly Sink _sink;
    readonly Thread _thread;
    readonly ManualResetEventSlim _stop = new(false, spinCount: 0);
    int _threadId;
    long _allocated, _samples, _ended;
    Exception? _failure;
    bool _disposed;

    /// <param name="rings">The events; they belong to the sampler from now on.</param>
    /// <param name="arena">Where samples go.</param>
    /// <param name="from">Samples before that time are dropped: the events are opened one after another.</param>
    public PerfSampler(PerfEventRings rings, SampleArena arena, long from)
    {
        (_rings, _sink) = (rings, new(arena, from));
        _thread = new(Run, 256 * 1024) { IsBackground = true, Name = ThreadName };
        _thread.Start();
    }

    public const string ThreadName = "vitrine cpu";

    public PerfEventRings Rings => _rings;

    /// <summary>Samples that were drained.</summary>
    public long Samples => Volatile.Read(ref _samples);

    /// <summary>The kernel's number of the draining thread; 0 before it runs.</summary>
    public int ThreadId => Volatile.Read(ref _threadId);

    /// <summary>Bytes that the draining thread has allocated in its loop, once it is over.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocated);

    /// <summary>Processor time of the draining thread so far.</summary>
    public TimeSpan ProcessorTime => TimeSpan.FromTicks(Volatile.Read(ref _ended) is > 0 and var all ? all / 100 : ThreadClocks.TryRead(ThreadId, out var now) ? now / 100 : 0);

    void Run()
    {
        Volatile.Write(ref _threadId, ThreadClocks.CurrentThreadId);
        try
        {
            // On a busy machine it must not wait its turn while the rings fill up.
            SchedulingSlice.Shorten();
            Drain(); // what is compiled by the first round is not counted
            _stop.Wait(Interval);
            var before = GC.GetAllocatedBytesForCurrentThread();
            do Drain();
            while (!_stop.Wait(Interval));
            Drain();
            Volatile.Write(ref _allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            if (ThreadClocks.TryRead(ThreadId, out var all)) Volatile.Write(ref _ended, all);
        }
#pragma warning disable CA1031 // Thrown on, by Stop.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failure = e;
        }
    }

    void Drain() => Volatile.Write(ref _samples, _samples + _rings.Drain(_sink));

    /// <summary>Ends the sampling: what is in the rings is drained, then the events are closed. Idempotent.</summary>
    public void Stop()
    {
        if (_disposed) return;
        _stop.Set();
        _thread.Join();
        Lost = _rings.Lost;
        Throttled = _rings.Throttled;
        Malformed = _rings.Malformed;
        Foreign = _rings.Foreign;
        _rings.Dispose();
        _stop.Dispose();
        _disposed = true;
        if (_failure is { } failure) throw new InvalidOperationException($"The samples could not be read: {failure.Message}", failure);
    }

    /// <summary>What the kernel could not write, how often it throttled, what made no sense, and what belonged to other processes; known after <see cref="Stop"/>.</summary>
    public long Lost { get; private set; }

    public long Throttled { get; private set; }

    public long Malformed { get; private set; }

    public long Foreign { get; private set; }

    /// <summary>Names that threads were given while it ran, by thread; for those that have ended since.</summary>
    public Dictionary<int, string> Names() => _sink.Names();

    public void Dispose()
    {
        if (_disposed) return;
        _stop.Set();
        _thread.Join();
        _rings.Dispose();
        _stop.Dispose();
        _disposed = true;
    }

    sealed class Sink(SampleArena arena, long from) : IPerfSampleSink
    {
        readonly int[] _threads = new int[MaximumNames];
        readonly byte[] _names = new byte[MaximumNames * NameBytes];
        int _count;

        public void OnSample(in PerfSample sample)
        {
            if (sample.Time >= from) arena.Add(sample);
        }

        public void OnThreadName(int threadId, ReadOnlySpan<byte> name)
        {
            if (_count == MaximumNames) return;
            _threads[_count] = threadId;
            var to = _names.AsSpan(_count * NameBytes, NameBytes);
            to.Clear();
            name[..Math.Min(name.Length, NameBytes)].CopyTo(to);
            _count++;
        }

        public Dictionary<int, string> Names()
        {
            var names = new Dictionary<int, string>();
            for (var i = 0; i < _count; i++)
                names[_threads[i]] = Encoding.UTF8.GetString(_names.AsSpan(i * NameBytes, NameBytes)).TrimEnd('\0');
            return names;
        }
    }
}
