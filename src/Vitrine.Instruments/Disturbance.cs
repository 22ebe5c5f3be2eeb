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
}
