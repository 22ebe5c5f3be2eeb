using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Diagnostics;

/// <summary>What to record, and how much memory it may take.</summary>
public sealed record EventRecordingOptions
{
    /// <summary>What is asked of which sources of events.</summary>
    public required IReadOnlyList<EventProvider> Providers { get; init; }

    /// <summary>Whether the runtime lists its methods and modules at the end: see <see cref="RundownKeywords"/>.</summary>
    public bool Rundown { get; init; }

    /// <summary>
    /// What is listed at the end, by the values of <see cref="RuntimeKeywords"/>. Before .NET 9 the runtime lists all that it can, whatever is asked for. The default is what
    /// a map of the methods needs.
    /// </summary>
    public ulong RundownKeywords { get; init; } = RuntimeKeywords.Loader | RuntimeKeywords.Jit | RuntimeKeywords.Ngen | RuntimeKeywords.EndEnumeration;

    /// <summary>Whether events have stacks. Before .NET 8 they always have.</summary>
    public bool Stacks { get; init; } = true;

    /// <summary>Size of the runtime's own buffer in the process, in megabytes. What does not fit is dropped by the runtime, and counted. Memory is only taken when it is needed.</summary>
    public int BufferMegabytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1024);
            field = value;
        }
    } = 64;

    /// <summary>
    /// Bytes of events that are held here. Without a live sink that is the whole recording; with one it is what the sink may lag behind, of which 16 MB are used. Memory is only taken when it is needed.
    /// </summary>
    public long MaximumBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 4096);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1L << 40);
            field = value;
        }
    } = 256L << 20;

    /// <summary>Gets the events while they come, on a thread of its own; null to keep everything until the end.</summary>
    public INettraceSink? Live { get; init; }

    /// <summary>What is accepted from the stream.</summary>
    public NettraceLimits Limits { get; init; } = NettraceLimits.Default;

    /// <summary>How long <see cref="EventRecording.Stop"/> waits when nothing comes any more.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(10);
}
