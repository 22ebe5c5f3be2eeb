namespace Vitrine.Go.Probes.Panics;

/// <summary>How a panic ended.</summary>
public enum PanicOutcome
{
    /// <summary>Its deferred functions are still running.</summary>
    Running,

    /// <summary>A deferred function recovered it.</summary>
    Recovered,

    /// <summary>Nobody recovered it: it ended the process.</summary>
    Uncaught,

    /// <summary>A deferred function that it ran panicked in turn; the later panic took its place.</summary>
    Superseded,

    /// <summary>A deferred function that it ran called <c>runtime.Goexit</c>: the goroutine ended, the process did not.</summary>
    Goexit,

    /// <summary>It ended while nobody watched, or the process ended in between.</summary>
    Unknown,
}
