namespace Vitrine.Linux.Tracers;

/// <summary>A debugger that was seen in the kernel.</summary>
public sealed record TracerEvent
{
    /// <summary>What it did.</summary>
    public required TracerEventKind Kind { get; init; }

    /// <summary>How it attached: <c>PTRACE_ATTACH</c>, <c>PTRACE_SEIZE</c>, <c>PTRACE_TRACEME</c>; null for a start, and where it is not known.</summary>
    public string? Request { get; init; }

    /// <summary>The debugger's process in the viewer's pid namespace; 0 when it cannot be seen from there.</summary>
    public required int TracerPid { get; init; }

    /// <summary>Its command name, untrusted text.</summary>
    public required string TracerName { get; init; }

    /// <summary>Its user id as the kernel numbers users (those of the initial user namespace); null when unknown.</summary>
    public uint? Uid { get; init; }

    /// <summary>The traced thread in the viewer's pid namespace; null when there is none, or it cannot be told there.</summary>
    public int? TargetThread { get; init; }

    /// <summary>When it happened: nanoseconds of <see cref="Kernel.MonotonicClock"/>.</summary>
    public required long MonotonicNs { get; init; }
}
