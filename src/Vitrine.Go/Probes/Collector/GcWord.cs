namespace Vitrine.Go.Probes.Collector;

/// <summary>Words of the runtime's own account that the BPF program copies when a collection has ended; the order is that of gc.bpf.c's config.</summary>
enum GcWord
{
    NumGC,
    Heap0,
    Heap1,
    Heap2,
    SweepTermination,
    Mark,
    MarkTermination,
    End,
    PauseNs,
    /// <summary>Two 32-bit numbers: processors that stand still in a stop, and all.</summary>
    Processors,
    LastHeapGoal,
    NextHeapGoal,
    AssistTime,
    DedicatedTime,
    FractionalTime,
    IdleTime,
    /// <summary>A double.</summary>
    CpuFraction,
    UserForced,
    PagesSwept,
    /// <summary>Bytes released: up to Go 1.20 all, from 1.21 in the background.</summary>
    Released,
    ReleasedEagerly,
    Count,
}
