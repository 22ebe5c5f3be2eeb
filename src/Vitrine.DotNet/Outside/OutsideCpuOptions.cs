namespace Vitrine.DotNet.Outside;

/// <summary>How the processor time of another process is sampled.</summary>
public sealed record OutsideCpuOptions
{
    /// <summary>The defaults.</summary>
    public static OutsideCpuOptions Default { get; } = new();

    /// <summary>The highest rate.</summary>
    public const int MaximumRate = 999;

    /// <summary>Bytes of each stack that can be copied at most.</summary>
    public const int LargestStack = 64 << 10;

    /// <summary>Samples a second on each processor: 19, 49, 99 or 199 as a rule. Odd numbers do not beat with programs that do things 10 or 100 times a second.</summary>
    public int Rate { get; init; } = 99;

    /// <summary>Bytes of each stack that are copied, from the stack pointer up; a multiple of 4096. Stacks that are deeper are shown with their outer frames missing, and counted.</summary>
    public int StackBytes { get; init; } = 16 << 10;

    /// <summary>Show what the kernel does for the process; else that time counts for the function that called it.</summary>
    public bool WithKernelStacks { get; init; } = true;

    /// <summary>Label samples with the thread's id.</summary>
    public bool WithThreadIds { get; init; } = true;

    /// <summary>
    /// Ask the runtime for the names of its methods: it lists all of them at the beginning, and tells of each that it compiles until the end, at its most verbose level. Without, nothing is asked of the process;
    /// code of the JIT has no names then, and its stacks are followed by frame pointer.
    /// </summary>
    public bool WithMethods { get; init; } = true;

    /// <summary>Frames of each stack at most.</summary>
    public int MaximumFrames { get; init; } = 512;

    /// <summary>Different stacks kept at most; samples of further ones are lost and counted.</summary>
    public int MaximumStacks { get; init; } = 1 << 19;
}
