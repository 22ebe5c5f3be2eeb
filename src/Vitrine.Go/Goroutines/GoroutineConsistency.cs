namespace Vitrine.Go.Goroutines;

/// <summary>
/// How well a dump of a process that keeps running hangs together. A goroutine counts as accepted when what was read of it is known to belong
/// to one moment: its id, status, saved stack pointer, program counter and stack bounds were the same before and after its stack was read.
/// </summary>
public sealed record GoroutineConsistency
{
    /// <summary>Goroutines that were alive when the dump looked at them (the runtime's own included).</summary>
    public required int Total { get; init; }

    /// <summary>Read whole, and unchanged while they were read.</summary>
    public required int Accepted { get; init; }

    /// <summary>Changed at least once while they were read, and were read again. They are accepted or torn in the end.</summary>
    public required int Retried { get; init; }

    /// <summary>Changed at every attempt, or could not be read: listed with their id and state, without a stack.</summary>
    public required int Torn { get; init; }

    /// <summary>Running on a thread: their registers are with the thread, so that no stack can be shown from outside.</summary>
    public required int Running { get; init; }

    /// <summary>Dead goroutines that the runtime keeps for reuse; not listed.</summary>
    public required int Dead { get; init; }

    /// <summary>The runtime's own goroutines that the dump left out, as <c>debug=2</c> does; they are part of <see cref="Total"/>.</summary>
    public required int SystemHidden { get; init; }

    /// <summary>Time between the first and the last look at any goroutine: two goroutines of one dump are at most that far apart.</summary>
    public required TimeSpan Skew { get; init; }

    /// <summary><see cref="Skew"/> in milliseconds.</summary>
    public double SkewMs => Skew.TotalMilliseconds;
}
