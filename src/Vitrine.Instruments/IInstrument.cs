namespace Vitrine.Instruments;

/// <summary>
/// One way to look at a target, by the name pprof gives it where pprof has one (<c>goroutine</c>, <c>heap</c>, <c>mutex</c>, …).
/// An instrument knows nothing of doors, files or terminals: it looks, and returns what it saw with how it saw it.
/// </summary>
public interface IInstrument
{
    /// <summary>The name: lower case, stable, unique in a registry.</summary>
    string Name { get; }

    /// <summary>What it shows, in one line.</summary>
    string Description { get; }

    /// <summary>What looking costs the target.</summary>
    Disturbance Disturbance { get; }

    /// <summary>Whether it can look at this target at all; the reason when it cannot.</summary>
    Availability AvailableFor(ITarget target);
}
