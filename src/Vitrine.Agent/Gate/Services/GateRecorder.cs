using Vitrine.Agent.Gate.Forwarding;
using Vitrine.Instruments;

namespace Vitrine.Agent.Gate.Services;

/// <summary>A recording: from outside, else the service's own.</summary>
sealed class GateRecorder(IProfileRecorder outside, ForwardedCpu? forwarded) : IProfileRecorder
{
    /// <inheritdoc/>
    public string Name => outside.Name;

    /// <inheritdoc/>
    public string Description => outside.Description;

    /// <inheritdoc/>
    public Disturbance Disturbance => outside.Disturbance;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => Comments.Availability(target, outside, forwarded);

    /// <inheritdoc/>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        var gate = (GateTarget)target;
        var recording = Choice.Take<Recording>(Name, gate, go => outside.Record(go, duration, stop), forwarded is null ? null : () => forwarded.Record(gate, duration, stop), out var reason);
        return recording with { Look = recording.Look with { Result = Comments.Of(recording.Look.Result, gate.Source, reason, recording.Look.Notes) } };
    }
}
