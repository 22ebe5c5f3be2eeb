namespace Vitrine.Go.Probes.Points;

/// <summary>What the kernel does with an instruction under a probe.</summary>
enum KernelTreatment : byte
{
    /// <summary>Runs a copy of it, single-stepped.</summary>
    SingleSteps,

    /// <summary>Computes its effect.</summary>
    Emulates,

    /// <summary>Refuses a probe, or may do so on some kernels.</summary>
    Refuses,
}
