using System.Runtime.InteropServices;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Cpu;

/// <summary>Samples of one thread that followed one another with the same stack.</summary>
/// <param name="Stack">Number of the stack.</param>
/// <param name="Context">Number of the work.</param>
/// <param name="IsManaged">The thread was in managed code, running or ready to run; else in native code or waiting.</param>
/// <param name="First">Time of the first.</param>
/// <param name="Last">Time of the last.</param>
/// <param name="Count">How many.</param>
record struct SamplerRun(int Stack, int Context, bool IsManaged, long First, long Last, int Count);

/// <summary>Takes the runtime's samples while they come, and keeps them as runs: a thread that waits is one, however long it does.</summary>
sealed class SamplerRuns(MethodMapBuilder methods, WorkHistory? history, WorkNumbers contexts, int maximumRuns) : INettraceSink
{
    const int Managed = 2, MaximumFrames = 4 << 20;

    readonly Dictionary<int, List<SamplerRun>> _runs = [];
    int _count;

    public StackSet Stacks { get; } = new(MaximumFrames);

    /// <summary>Samples.</summary>
    public long Samples { get; private set; }

    /// <summary>Samples that were not kept: too many changes, or too many different stacks.</summary>
    public long LeftOut { get; private set; }

    /// <summary>The runs of a thread in the order of time.</summary>
    public ReadOnlySpan<SamplerRun> Of(int thread) => _runs.TryGetValue(thread, out var runs) ? CollectionsMarshal.AsSpan(runs) : default;

    /// <inheritdoc/>
    public void OnEvent(in NettraceEvent e)
    {
        if (e.Provider != EventProviders.Sampler)
        {
            methods.OnEvent(e);
            return;
        }
        if (e.Stack.IsEmpty || e.Payload.Length < sizeof(int)) return;
        Samples++;
        var thread = (int)e.ThreadId;
        var stack = Stacks.IndexOf(e.Stack);
        var isManaged = e.Read().ReadInt32() == Managed;
        var context = history is null ? 0 : contexts.IndexOf(history.Find(thread, e.Ticks));
        if (!_runs.TryGetValue(thread, out var runs)) _runs.Add(thread, runs = []);
        if (runs.Count > 0)
        {
            ref var last = ref CollectionsMarshal.AsSpan(runs)[^1];
            if (last.Stack == stack && last.Context == context && last.IsManaged == isManaged)
            {
                (last.Last, last.Count) = (e.Ticks, last.Count + 1);
                return;
            }
        }
        if (_count == maximumRuns)
        {
            LeftOut++;
            return;
        }
        _count++;
        runs.Add(new(stack, context, isManaged, e.Ticks, e.Ticks, 1));
    }
}
