namespace Vitrine.Instruments;

/// <summary>What a look does to the target; ordered from nothing to most.</summary>
public enum Disturbance
{
    /// <summary>Only files of the kernel are read; the target's memory is not.</summary>
    None,

    /// <summary>The target's memory is read by the kernel on the viewer's behalf; the target neither stops nor notices.</summary>
    Reads,

    /// <summary>Kernel probes run on the target's threads while the look lasts, inside a cost budget.</summary>
    Probes,

    /// <summary>The target's own runtime reports what happens, on the threads that it happens on, while the look lasts.</summary>
    Events,

    /// <summary>The target's runtime stops all of its managed threads for moments of the look.</summary>
    Suspends,
}
