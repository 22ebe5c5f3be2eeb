using Vitrine.DotNet.Events;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Threads;

/// <summary>Reads the runtime's events of threads that are created, and of the thread pool's decisions. Not safe for several threads.</summary>
sealed class ThreadSink : INettraceSink
{
    // Decisions that are kept; the rest is counted.
    const int MaximumAdjustments = 10_000;

    /// <summary>The stacks that created.</summary>
    public AddressStacks Stacks { get; } = new();

    /// <summary>Threads by the number of the stack that created them.</summary>
    public Tally<int> Created { get; } = new();

    /// <summary>The thread pool's decisions, in order.</summary>
    public List<PoolAdjustment> Adjustments { get; } = [];

    /// <summary>Decisions that were not kept.</summary>
    public int AdjustmentsLeftOut { get; private set; }

    public void OnEvent(in NettraceEvent e)
    {
        if (e.Provider != RuntimeEventId.Provider) return;
        switch (e.Id)
        {
            case RuntimeEventId.ThreadCreating:
                Created.Add(Stacks.Intern(e.Stack), 1, 0);
                break;
            case RuntimeEventId.PoolAdjustment:
                // AverageThroughput, NewWorkerThreadCount, Reason
                var fields = e.Read();
                fields.ReadDouble();
                var workers = (int)Math.Min(fields.ReadUInt32(), int.MaxValue);
                var reason = PoolAdjustment.ReasonOf(fields.ReadUInt32());
                if (Adjustments.Count < MaximumAdjustments) Adjustments.Add(new(e.At, workers, reason));
                else AdjustmentsLeftOut++;
                break;
        }
    }

    /// <summary>The decisions by reason, for a note.</summary>
    public string Reasons() => string.Join(", ", Adjustments.GroupBy(static one => one.Reason).OrderByDescending(static one => one.Count()).Select(static one => $"{one.Key} {one.Count()}"));
}
