namespace Vitrine.Linux.Tracers;

/// <summary>What a debugger did. The values are those of tracers.bpf.c.</summary>
public enum TracerEventKind
{
    /// <summary>It traces a process from now on.</summary>
    Attached = 1,

    /// <summary>It let a process go.</summary>
    Detached = 2,

    /// <summary>A program with a debugger's name was started.</summary>
    Started = 3,
}
