namespace Vitrine.DotNet.Cpu;

/// <summary>Where the samples of a CPU profile come from.</summary>
public enum CpuBackend
{
    /// <summary>The best that there is: <see cref="PerfProcessors"/>, else <see cref="PerfThreads"/>, else <see cref="EventPipe"/>.</summary>
    Auto,

    /// <summary>The kernel's clock of each processor, filtered by this process: free for the process, and only with CAP_PERFMON or kernel.perf_event_paranoid ≤ 0.</summary>
    PerfProcessors,

    /// <summary>The kernel's clock of each of the process's threads: no privilege at kernel.perf_event_paranoid ≤ 2.</summary>
    PerfThreads,

    /// <summary>The runtime's own sampler of all threads, each thread's samples weighed by the processor time that it really took: wherever .NET runs. It stops the process for each sample.</summary>
    EventPipe,
}
