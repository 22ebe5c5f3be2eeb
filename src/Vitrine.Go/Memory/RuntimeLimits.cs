namespace Vitrine.Go.Memory;

/// <summary>
/// Every bound on what is believed of the Go runtime's own structures in a process's memory, in one place. That memory belongs to whoever runs the
/// process: without a bound a made-up length or list could make the viewer hang or fill the machine. Each is several times what the largest known
/// programs have, and each has a test that breaks it. Bounds of the binary are in <see cref="Binary.GoBinaryLimits"/>.
/// </summary>
public static class RuntimeLimits
{
    /// <summary>Ps; a longer list is not believed. The largest machines have some 2,000 processors.</summary>
    public const int MaxProcessors = 4_096;

    /// <summary>Ms that are followed; then the list is cut, with a note. The runtime itself gives up at 10,000 unless told otherwise (debug.SetMaxThreads).</summary>
    public const int MaxMachines = 131_072;

    /// <summary>Free stacks in one list of a P's cache. The runtime keeps at most 32 KiB: 16 stacks of 2 KiB.</summary>
    public const int MaxCachedStacks = 64;

    /// <summary>Bytes of a struct that is read whole. The largest that is (<c>schedt</c> with its histograms) has some 40 KB.</summary>
    public const int MaxStructBytes = 1 << 20;

    /// <summary>Bytes of a reason why preemption is off.</summary>
    public const int MaxReasonBytes = 256;

    /// <summary>Pages of a stack span; a span with more is none. It has 4.</summary>
    public const int MaxStackSpanPages = 16;

    /// <summary>
    /// Frames of a profile bucket; one with more is none. The runtime records 32 before Go 1.23, then 128 unless GODEBUG=profstackdepth says
    /// otherwise (at most 1,024), and a few more for inlined calls.
    /// </summary>
    public const int MaxBucketFrames = 1_024 + 64;

    /// <summary>Bytes of stacks that a walk over buckets keeps; then the list is cut, with a note. 100,000 buckets of 30 frames have 24 MB.</summary>
    public const long MaxBucketStackBytes = 512L << 20;
}
