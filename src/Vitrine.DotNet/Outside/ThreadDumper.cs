using System.Diagnostics;
using System.Globalization;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Unwinding;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Outside;

/// <summary>
/// Every thread of another .NET process with its stack, managed and native frames alike, while the process runs: no signal, no debugger, no suspension of the runtime, nothing written.
/// <list type="number">
/// <item>The runtime lists its methods over the diagnostics port.</item>
/// <item>The kernel hands out the registers of all threads (<see cref="ThreadIterator"/>); the stacks are copied; the registers are asked for again, and whoever ran in between is read again.</item>
/// <item>The copies are unwound: native code by its tables, managed code by the runtime's own rules.</item>
/// </list>
/// A thread that runs has its registers in a processor: it is shown as running, without a stack, rather than with one that does not fit.
/// </summary>
public static class ThreadDumper
{
    const string WhyNoStack = "on a processor at every look: its registers are there, and the stack in memory does not fit to older ones";

    /// <summary>Looks at all threads.</summary>
    /// <exception cref="TargetGoneException">The process ended.</exception>
    /// <exception cref="AccessDeniedException">Its memory may not be read.</exception>
    public static ThreadDump Dump(DotNetTarget target, ThreadDumpOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        options ??= ThreadDumpOptions.Default;
        var notes = new List<string>();

        // 1. The methods: the only part that asks the process for something.
        var begun = Stopwatch.GetTimestamp();
        var methods = options.WithMethods ? Methods(target, notes) : MethodMap.Empty;
        var methodsDuration = options.WithMethods ? Stopwatch.GetElapsedTime(begun) : TimeSpan.Zero;
        cancellation.ThrowIfCancellationRequested();

        // 2. The threads. Without the privilege for kernel programs there is only what /proc says.
        ThreadIterator iterator;
        try
        {
            iterator = ThreadIterator.Open(target.Process);
        }
        catch (KernelRefusalException e)
        {
            notes.Add($"No stacks: {e.Message} {e.Advice}".TrimEnd());
            return WithoutStacks(target, methodsDuration, notes);
        }
        using (iterator)
        {
            using var memory = LiveMemory.Open(target.Process);
            var capturedAt = DateTimeOffset.UtcNow;
            begun = Stopwatch.GetTimestamp();
            var code = ProcessCode.Of(target.Process, memory);
            var unwinder = new StackUnwinder(code, new ManagedCode(code, methods.Count == 0 ? null : methods.TryFindCode));
            var reader = new ThreadStackReader(target.Process, memory, unwinder, options.MaximumStackBytes, options.MaximumFrames);
            var stacks = reader.Read(iterator, cancellation);
            var frames = new OutsideFrames(code, NativeCode.Of(target.Process), methods);
            var threads = stacks.ConvertAll(stack => Thread(stack, frames));
            var duration = Stopwatch.GetElapsedTime(begun);

            // 3. How well they were caught.
            var truncated = threads.Count(static thread => thread.NoStackReason.Length == 0 && !thread.End.IsBottom);
            if (truncated > 0)
                notes.Add(string.Create(CultureInfo.InvariantCulture, $"The stacks of {truncated} threads end before their bottom; each says why."));
            var consistency = new Consistency
            {
                Total = stacks.Count,
                Accepted = stacks.Count(static stack => stack.Caught == CaughtAs.Still),
                Running = stacks.Count(static stack => stack.Caught == CaughtAs.Running),
                Torn = stacks.Count(static stack => stack.Caught is CaughtAs.Torn or CaughtAs.Unreadable),
                Retried = reader.Retried,
                SkewMs = duration.TotalMilliseconds,
            };
            return new(threads, capturedAt, duration, methodsDuration, consistency, notes);
        }
    }

    static MethodMap Methods(DotNetTarget target, List<string> notes)
    {
        try
        {
            var methods = MethodMap.Capture(target.Port);
            if (methods.Gaps.Length > 0)
                notes.Add($"Some managed methods may have no names: {methods.Gaps}.");
            return methods;
        }
        catch (InstrumentUnavailableException e)
        {
            notes.Add($"Managed methods have no names: {e.Message} {e.Advice}".TrimEnd());
            return MethodMap.Empty;
        }
    }

    static OutsideThread Thread(ThreadStack stack, OutsideFrames names)
    {
        var state = stack.State;
        var frames = new OutsideFrame[stack.Frames.Length];
        for (var i = 0; i < frames.Length; i++)
            frames[i] = names.Name(stack.Frames[i]) with { Rule = stack.Rules[i] };
        var activity = Activity(state, stack.Caught);
        return new OutsideThread
        {
            ThreadId = state.ThreadId,
            OwnThreadId = Known<int>.Of(state.OwnThreadId, Provenance.Read("the kernel's record of the thread")),
            Name = state.Name,
            Activity = activity,
            WaitsIn = activity is ThreadActivity.Waiting or ThreadActivity.Uninterruptible ? ManagedWaits.Of(frames) ?? (state.SystemCall >= 0 ? SystemCalls.NameOf(state.SystemCall) : "a page of memory") : "",
            NotRunFor = activity == ThreadActivity.Running ? Known<TimeSpan>.Unknown("it runs")
                : state.NotRunFor is { } time ? Known<TimeSpan>.Of(time, Provenance.Computed("the scheduler's record of when it last ran"))
                : Known<TimeSpan>.Unknown("the kernel keeps no record of when it last ran"),
            ProcessorTime = Known<TimeSpan>.Of(TimeSpan.FromMicroseconds(state.RunNanoseconds / 1000.0), Provenance.Read("the scheduler's record")),
            Frames = frames,
            End = stack.End,
            NoStackReason = stack.Caught switch
            {
                CaughtAs.Running => WhyNoStack,
                CaughtAs.Torn => "it ran between its registers and its stack at every look",
                CaughtAs.Unreadable => "its registers or its stack cannot be read: it is ending, or has no memory of its own",
                _ => "",
            },
        };
    }

    static ThreadActivity Activity(in ThreadState state, CaughtAs caught)
    {
        // include/linux/sched.h: TASK_INTERRUPTIBLE 1, TASK_UNINTERRUPTIBLE 2, __TASK_STOPPED 4, __TASK_TRACED 8.
        const uint interruptible = 1, uninterruptible = 2, stopped = 4 | 8;
        if (state.IsExiting)
            return ThreadActivity.Ending;
        if (caught == CaughtAs.Running || state.IsOnProcessor)
            return ThreadActivity.Running;
        return (state.State & stopped) != 0 ? ThreadActivity.Stopped
            : (state.State & uninterruptible) != 0 ? ThreadActivity.Uninterruptible
            : (state.State & interruptible) != 0 ? ThreadActivity.Waiting
            : ThreadActivity.Runnable;
    }

    /// <summary>Names, states and system calls by /proc alone.</summary>
    static ThreadDump WithoutStacks(DotNetTarget target, TimeSpan methodsDuration, List<string> notes)
    {
        var capturedAt = DateTimeOffset.UtcNow;
        var begun = Stopwatch.GetTimestamp();
        var threads = new List<OutsideThread>();
        foreach (var thread in target.Process.Threads())
        {
            var call = target.Process.ReadSystemCall(thread.ThreadId);
            var activity = thread.State switch
            {
                'R' => call.IsRunning ? ThreadActivity.Running : ThreadActivity.Runnable,
                'D' => ThreadActivity.Uninterruptible,
                'T' or 't' => ThreadActivity.Stopped,
                'Z' or 'X' => ThreadActivity.Ending,
                _ => ThreadActivity.Waiting,
            };
            threads.Add(new OutsideThread
            {
                ThreadId = thread.ThreadId,
                OwnThreadId = target.Process.InnermostThreadId(thread.ThreadId) is { } own
                    ? Known<int>.Of(own, Provenance.Read("NSpid in /proc/PID/task/TID/status"))
                    : Known<int>.Unknown("the thread has ended, or the kernel does not say"),
                Name = thread.Name,
                Activity = activity,
                WaitsIn = activity is ThreadActivity.Waiting or ThreadActivity.Uninterruptible ? call.Number is { } number ? SystemCalls.NameOf(number) : "unknown" : "",
                NotRunFor = Known<TimeSpan>.Unknown("only kernel programs see when a thread last ran"),
                ProcessorTime = Known<TimeSpan>.Of(thread.UserTime + thread.SystemTime, Provenance.Read("/proc/PID/task/TID/stat, in ticks of 10 ms")),
                Frames = [],
                NoStackReason = "kernel programs (CAP_BPF and CAP_PERFMON) are needed to see registers without stopping the thread",
            });
        }
        return new(threads, capturedAt, Stopwatch.GetElapsedTime(begun), methodsDuration, new() { Total = threads.Count }, notes);
    }
}
