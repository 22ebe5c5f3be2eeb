namespace Vitrine.DotNet.Cpu;

/// <summary>How a CPU profile is taken.</summary>
public sealed record CpuOptions
{
    /// <summary>Samples per second of processor time; 19, 49, 99 and 199 are usual: not in step with what runs ten times a second. <see cref="CpuBackend.EventPipe"/> has a rate of its own.</summary>
    public int RateHz
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1000);
            field = value;
        }
    } = 99;

    /// <summary>Where the samples come from.</summary>
    public CpuBackend Backend { get; init; }

    /// <summary>Bytes of the user stack that are copied with each sample, to find the callers of native code without frame pointers; at most 65,000. 0 leaves such callers unknown.</summary>
    public int StackBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 60_000);
            field = value;
        }
    } = 8192;

    /// <summary>Whether samples carry the labels and the trace of the work they belong to. While it records, each change of work costs its thread 66 to 81 ns.</summary>
    public bool Labels { get; init; } = true;

    /// <summary>Whether samples have a label <c>thread_id</c> beside the thread's name.</summary>
    public bool ThreadIds { get; init; }

    /// <summary>Most bytes for samples that wait to be understood. Memory is taken only as it is needed.</summary>
    public long MaximumBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 2 << 20);
            field = value;
        }
    } = 64 << 20;

    /// <summary>Most of one processor that recording may take with its own threads, as a share: beyond it the recording is cut off, cleaned up, and says so.</summary>
    public double MaximumShare
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = 0.2;
}
