using Vitrine.Instruments;

namespace Vitrine.Agent.Recorder;

/// <summary>Something that sees events of the target and hands them to the recorder. It has a view of the target of its own, because each watches on a thread of its own.</summary>
interface IEventSource : IDisposable
{
    /// <summary>Its name in the events and in the result.</summary>
    string Name { get; }

    /// <summary>Watches until it is cancelled or the target has ended, which it may also say by the exception.</summary>
    /// <exception cref="Vitrine.Linux.Processes.TargetGoneException">The target ended.</exception>
    Task Run(FlightRecorder recorder, CancellationToken cancellation);

    /// <summary>What its probes cost and lost; null for a source that only reads.</summary>
    ProbeReport? Report() => null;

    /// <summary>What its reading costs; null for a source with probes.</summary>
    ReadingBill? Reading => null;
}
