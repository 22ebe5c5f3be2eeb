using Vitrine.Go.Goroutines;
using Vitrine.Go.Memory;
using Vitrine.Go.OffCpu;
using Vitrine.Go.Probes.Cpu;
using Vitrine.Go.Profiles;
using Vitrine.Go.Scheduler;
using Vitrine.Instruments;

namespace Vitrine.Go;

/// <summary>Every way that Vitrine can look at a Go process.</summary>
public static class GoInstruments
{
    /// <summary>A registry with all of them, under pprof's names where pprof has one.</summary>
    public static InstrumentRegistry Registry() => new InstrumentRegistry()
        .Add(new GoroutineInstrument())
        .Add(new BucketProfileInstrument(BucketProfileKind.Heap))
        .Add(new BucketProfileInstrument(BucketProfileKind.Allocs))
        .Add(new BucketProfileInstrument(BucketProfileKind.Block))
        .Add(new BucketProfileInstrument(BucketProfileKind.Mutex))
        .Add(new CpuRecorder())
        .Add(new OffCpuRecorder())
        .Add(new MemStatsInstrument())
        .Add(new SchedulerInstrument());
}
