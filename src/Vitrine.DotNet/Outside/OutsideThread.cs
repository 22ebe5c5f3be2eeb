using Vitrine.Instruments;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Outside;

/// <summary>One thread of another process at one moment.</summary>
public sealed record OutsideThread
{
    /// <summary>Its id in the viewer's pid namespace.</summary>
    public required int ThreadId { get; init; }

    /// <summary>Its id in its own pid namespace: what it calls itself.</summary>
    public required Known<int> OwnThreadId { get; init; }

    /// <summary>Its name, at most 15 bytes. Untrusted text.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required ThreadActivity Activity { get; init; }

    /// <summary>What it waits in, by its innermost managed frames, else by its system call: <c>Monitor.Wait</c>, <c>thread pool: idle worker</c>, <c>epoll_wait</c>; empty for one that does not wait.</summary>
    public required string WaitsIn { get; init; }

    /// <summary>How long it has not run.</summary>
    public required Known<TimeSpan> NotRunFor { get; init; }

    /// <summary>Processor time that it used since it began.</summary>
    public required Known<TimeSpan> ProcessorTime { get; init; }

    /// <summary>The frames, innermost first.</summary>
    public required IReadOnlyList<OutsideFrame> Frames { get; init; }

    /// <summary>Why the walk ended; anything but the bottom means that callers are missing.</summary>
    public UnwindEnd End { get; init; }

    /// <summary>Why there are no frames; empty when there are.</summary>
    public string NoStackReason { get; init; } = "";
}
