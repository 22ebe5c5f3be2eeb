namespace Vitrine.Go.Probes.Collector;

/// <summary>Sizes that gc.bpf.c has too.</summary>
static class GcLimits
{
    /// <summary>CYCLE_SLOTS: collections whose assists are kept apart in the kernel.</summary>
    public const uint CycleSlots = 64;
}
