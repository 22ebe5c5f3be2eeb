using Vitrine.Go.Binary;
using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Panics;

/// <summary>A panic or fatal error of the target.</summary>
public sealed class PanicRecord
{
    /// <summary>Counts from 1 in the order in which they began.</summary>
    public required int Number { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What made it.</summary>
    public required PanicKind Kind { get; init; }

    /// <summary>Type of the value, as Go prints it (<c>*errors.errorString</c>); empty for a fatal error. Unknown for a type made at run time.</summary>
    public required Known<string> Type { get; init; }

    /// <summary>What Go prints after <c>panic:</c>. Unknown when only a method of the value could tell: Vitrine runs no code of the target.</summary>
    public required Known<string> Message { get; init; }

    /// <summary>The goroutine; null when there was none (a fatal error of the runtime itself).</summary>
    public required ulong? Goroutine { get; init; }

    /// <summary>The stack, from runtime.gopanic or runtime.throw down to the start of the goroutine.</summary>
    public required IReadOnlyList<SourceFrame> Frames { get; init; }

    /// <summary>Memory at that moment.</summary>
    public required PanicMemory Memory { get; init; }

    /// <summary>Number of the signal and the address that was accessed; null when there was none.</summary>
    public required (uint Number, ulong Address)? Signal { get; init; }

    /// <summary>How it ended.</summary>
    public PanicOutcome Outcome { get; internal set; }

    /// <summary>True when it was recovered, false when it ended the process, null when neither can be said.</summary>
    public bool? Recovered => Outcome switch
    {
        PanicOutcome.Recovered => true,
        PanicOutcome.Uncaught => false,
        _ => null,
    };

    /// <summary>The panic that it was raised in: one of its deferred functions panicked again. Null for most.</summary>
    public PanicRecord? Within { get; internal set; }

    /// <summary>The goroutine's structure, by which its fate can be looked up.</summary>
    internal ulong Structure { get; init; }

    /// <summary>True when the last look found its goroutine without any panic, although its end had not been seen.</summary>
    internal bool LeftItsList { get; set; }

    /// <summary>Depth of the panicking frame below the start of the stack, in bytes.</summary>
    internal ulong Depth { get; init; }

    /// <summary>When it began, by the kernel's clock, in nanoseconds.</summary>
    internal long StartedNs { get; init; }
}
