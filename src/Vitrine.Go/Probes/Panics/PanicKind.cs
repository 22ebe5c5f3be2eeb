namespace Vitrine.Go.Probes.Panics;

/// <summary>What made a goroutine panic, or the process end.</summary>
public enum PanicKind
{
    /// <summary>The program called <c>panic</c>.</summary>
    Panic,

    /// <summary>The runtime found an error in the program: an index out of range, a failed type assertion, a division by zero.</summary>
    RuntimeError,

    /// <summary>The processor refused an access: a nil pointer, an unmapped address.</summary>
    Signal,

    /// <summary>The runtime gave up (<c>fatal error: …</c>): nothing can recover it.</summary>
    FatalError,
}
