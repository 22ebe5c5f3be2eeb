using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Nettrace;
using Vitrine.DotNet.Unwinding;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Cpu;

/// <summary>One recording by perf events, from the opened events to the profile.</summary>
sealed class PerfRecording : IDisposable
{
    static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200), Settled = TimeSpan.FromSeconds(2);

    /// <summary>Frames of all different stacks that are kept, 8 bytes each.</summary>
    const int MaximumFrames = 8 << 20;

    /// <summary>Different works that samples are told apart by.</summary>
    public const int MaximumContexts = 1 << 18;

    readonly CpuOptions _options;
    readonly PerfEventRings _rings;
    readonly List<string> _notes;
    readonly SampleArena _arena;
    readonly List<SampleBlock> _waiting = [];
    readonly CpuStackTable _table = new(MaximumFrames);
    readonly WorkNumbers _contexts = new(MaximumContexts);
    readonly Dictionary<(int Thread, int Cpu), long> _events = [];
    readonly LinuxProcess _process = LinuxProcess.Open(Environment.ProcessId);
    readonly LiveMemory _memory;
    readonly ProcessCode _code;
    EventRecording? _methodEvents;
    TimeSpan _ownTime;
    long _noRoom;
    string _cutOff = "";

    public PerfRecording(CpuOptions options, PerfEventRings rings, List<string> notes)
    {
        (_options, _rings, _notes) = (options, rings, notes);
        _arena = new(Math.Min(options.MaximumBytes / 2, Math.Max(4L << 20, 2L * rings.RingBytes * rings.RingCount)));
        _memory = LiveMemory.Open(_process);
        _code = ProcessCode.Of(_process, _memory);
    }

    /// <summary>Whether stacks can be joined here: on x86-64. Elsewhere the kernel's chain of frame pointers is taken as it is.</summary>
    public static bool CanJoin => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    public Recording Run(TimeSpan duration, CancellationToken stop)
    {
        // 1. What belongs to a sample beside its stack: the names of methods, which are followed from here on, and the work of its thread.
        _methodEvents = FollowMethods();
        using var history = _options.Labels ? WorkHistory.Start() : null;

        // 2. From here on samples count.
        var captured = DateTimeOffset.UtcNow;
        var clocks = ThreadClocks.Read();
        var begun = ProcessClock.Now();
        using var sampler = new PerfSampler(_rings, _arena, MonotonicClock.Now);
        CpuInstrument.IsSampling = true;
        Watch(sampler, history, begun, duration, stop);
        CpuInstrument.IsSampling = false;
        sampler.Stop();
        var ended = ProcessClock.Now();
        var clocksAfter = ThreadClocks.Read();
        var understandingFrom = ThreadTime();
        Take(history);
        if (history is { Forgotten: > 0 }) _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{history.Forgotten} samples have no labels because their thread changed its work too often."));

        // 3. With all methods known, stacks are joined and named.
        var methods = Methods();
        Join(methods);
        var facts = new CpuFacts
        {
            Backend = _rings.IsPerProcessor ? CpuBackend.PerfProcessors : CpuBackend.PerfThreads,
            CapturedAt = captured,
            Begun = begun,
            Ended = ended,
            Period = TimeSpan.FromSeconds(1.0 / _options.RateHz),
            RateHz = _options.RateHz,
            ClocksBefore = clocks,
            ClocksAfter = clocksAfter,
            ThreadNames = Names(sampler, clocksAfter),
            SeesKernel = _rings.SeesKernel,
            Scales = _rings.IsPerProcessor ? [] : Scales(),
            Lost = LostOf(sampler) + _arena.Dropped + _table.Dropped + _noRoom,
            UnderstandingFrom = understandingFrom,
            OwnTime = _ownTime + sampler.ProcessorTime,
            Notes = _notes,
        };
        if (sampler.Throttled > 0) _notes.Add(string.Create(CultureInfo.InvariantCulture, $"The kernel throttled the events {sampler.Throttled} times."));
        if (sampler.Malformed > 0) _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{sampler.Malformed} times the kernel's ring held something that is no record."));
        if (_rings.ThreadsLeftOut > 0)
            _notes.Add(string.Create(CultureInfo.InvariantCulture, $"{_rings.ThreadsLeftOut} threads are not in it: there are too few file descriptors (RLIMIT_NOFILE) for an event on each thread and processor. They are those with the least processor time before."));
        if (_cutOff.Length > 0) _notes.Add(_cutOff);
        return new CpuProfileWriter(facts, _table, _contexts, _options, methods).Write();
    }

    EventRecording? FollowMethods()
    {
        try
        {
            return EventRecording.Start(SelfTarget.Instance.Port, new()
            {
                Providers = [MethodMapBuilder.Live], Rundown = true, RundownKeywords = MethodMapBuilder.RundownKeywords(), Stacks = false, MaximumBytes = _options.MaximumBytes,
            });
        }
        catch (InstrumentUnavailableException e)
        {
            _notes.Add($"Managed methods have no names, and callers of those without frame pointers are missing: {e.Message} {e.Advice}".Trim());
            return null;
        }
    }

    void Watch(PerfSampler sampler, WorkHistory? history, ProcessClock begun, TimeSpan duration, CancellationToken stop)
    {
        while (Stopwatch.GetElapsedTime(begun.Timestamp) is var elapsed && elapsed < duration && !stop.IsCancellationRequested)
        {
            var left = duration - elapsed;
            stop.WaitHandle.WaitOne(left < Step ? left : Step);
            var before = ThreadTime();
            Take(history);
            _ownTime += ThreadTime() - before;
            if (elapsed > Settled && (_ownTime + sampler.ProcessorTime) / elapsed is var share && share > _options.MaximumShare)
            {
                _cutOff = string.Create(CultureInfo.InvariantCulture, $"Cut off after {elapsed.TotalSeconds:F1} s of {duration.TotalSeconds:F1} s: recording took {share:P1} of one processor, more than its budget of {_options.MaximumShare:P1}.");
                return;
            }
        }
    }

    /// <summary>Takes what was drained while the work of that time is still known, and keeps it until the methods are.</summary>
    void Take(WorkHistory? history)
    {
        while (_arena.Take() is { } block)
        {
            foreach (var sample in block)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_events, (sample.Head.ThreadId, sample.Head.Cpu), out _)++;
                sample.Head.Context = history is null ? 0 : _contexts.IndexOf(history.Find(sample.Head.ThreadId, sample.Head.Time));
                Keep(sample);
            }
            _arena.Return(block);
        }
    }

    void Keep(in SampleBlock.Sample sample)
    {
        if (_waiting.Count > 0 && _waiting[^1].TryAdd(sample)) return;
        if ((_waiting.Count + 1L) * SampleBlock.Bytes > _options.MaximumBytes / 2)
        {
            // More than what may wait: what is known of the methods now has to do. A method that is compiled later cannot be on a stack of now.
            try
            {
                Join(MethodMap.Capture(SelfTarget.Instance.Port));
            }
            catch (InstrumentUnavailableException)
            {
                Join(MethodMap.Empty);
            }
        }
        var block = new SampleBlock();
        _waiting.Add(block);
        if (!block.TryAdd(sample)) _noRoom++;
    }

    void Join(MethodMap methods)
    {
        _code.Refresh();
        var joiner = new StackJoiner(new StackUnwinder(_code, new ManagedCode(_code, methods.TryFindCode)));
        foreach (var block in _waiting)
        {
            foreach (var sample in block)
            {
                var frames = joiner.Join(sample, out var kernelFrames, out var end);
                _table.Add(frames, kernelFrames, end, sample.Head.ThreadId, sample.Head.Context, 1e9 / _options.RateHz);
            }
            block.Dispose();
        }
        _waiting.Clear();
    }

    /// <summary>All methods that there were at any time of the recording and are there now.</summary>
    MethodMap Methods()
    {
        if (_methodEvents is null) return MethodMap.Empty;
        var end = _methodEvents.Stop();
        var builder = new MethodMapBuilder(SelfTarget.Instance.Port);
        try
        {
            _methodEvents.Read(builder);
        }
        catch (BadNettraceException e)
        {
            _notes.Add($"The list of methods is damaged: {e.Message}");
        }
        if (end.Problem.Length > 0) _notes.Add($"The list of methods is not whole: {end.Problem}.");
        return builder.Build();
    }

    /// <summary>Lost samples of this process. A processor's ring loses samples of whoever ran there: of this process as many as its part is among those that were not lost.</summary>
    static long LostOf(PerfSampler sampler) =>
        sampler.Foreign == 0 ? sampler.Lost : (long)Math.Round(sampler.Lost * (sampler.Samples / Math.Max(1.0, sampler.Samples + sampler.Foreign)));

    /// <summary>
    /// By how much each thread's samples are too few. The clock of a thread on a processor makes its first sample when a whole period has gone by and none for the last piece, so that a sample
    /// stands for a period, and what was begun is half of one on average: (n + ½) / n, for each processor that the thread has samples of.
    /// </summary>
    Dictionary<int, double> Scales()
    {
        var threads = new Dictionary<int, (long Samples, int Events)>();
        foreach (var ((thread, _), samples) in _events)
        {
            var (before, events) = threads.GetValueOrDefault(thread);
            threads[thread] = (before + samples, events + 1);
        }
        return threads.ToDictionary(static one => one.Key, static one => (one.Value.Samples + one.Value.Events / 2.0) / one.Value.Samples);
    }

    static Dictionary<int, string> Names(PerfSampler sampler, Dictionary<int, long> alive)
    {
        var names = sampler.Names();
        foreach (var thread in alive.Keys)
            if (ThreadClocks.NameOf(thread) is { } name)
                names[thread] = name;
        return names;
    }

    /// <summary>Processor time of the calling thread; 0 where it is not known.</summary>
    public static TimeSpan ThreadTime() => OperatingSystem.IsLinux() && ThreadClocks.TryRead(ThreadClocks.CurrentThreadId, out var nanoseconds) ? TimeSpan.FromTicks(nanoseconds / 100) : default;


    public void Dispose()
    {
        _methodEvents?.Dispose();
        foreach (var block in _waiting) block.Dispose();
        _waiting.Clear();
        _arena.Dispose();
        _rings.Dispose();
        _memory.Dispose();
    }
}
