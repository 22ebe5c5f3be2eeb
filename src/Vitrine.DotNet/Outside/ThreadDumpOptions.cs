namespace Vitrine.DotNet.Outside;

/// <summary>How the threads of another process are looked at.</summary>
public sealed record ThreadDumpOptions
{
    /// <summary>The defaults.</summary>
    public static ThreadDumpOptions Default { get; } = new();

    /// <summary>Bytes of each stack that are copied at most, from the stack pointer up. What lies beyond is said to be missing.</summary>
    public int MaximumStackBytes { get; init; } = 256 << 10;

    /// <summary>Frames of each stack at most.</summary>
    public int MaximumFrames { get; init; } = 1024;

    /// <summary>Ask the runtime for the names of its methods, which takes it some 100 ms of one thread and stops nothing. Without them managed frames are named by module and offset.</summary>
    public bool WithMethods { get; init; } = true;
}
