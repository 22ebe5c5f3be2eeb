namespace Vitrine.Go.Probes.Points;

/// <summary>What the kernel does with the instruction under a probe, which decides what a hit costs.</summary>
public enum ProbeMechanism
{
    /// <summary>The kernel computes its effect: one trap per hit (0.5–0.75 µs where it was measured).</summary>
    Emulated,

    /// <summary>The kernel runs a copy of it and traps again behind it (about 10 µs per hit where it was measured).</summary>
    SingleStepped,
}
