using Vitrine.Agent.Gate.Forwarding;
using Vitrine.Instruments;

namespace Vitrine.Agent.Gate.Services;

/// <summary>The execution trace, which the service itself makes.</summary>
sealed class GateTrace(ForwardedTrace forwarded) : IFileRecorder
{
    /// <inheritdoc/>
    public string Name => forwarded.Name;

    /// <inheritdoc/>
    public string Description => forwarded.Description;

    /// <inheritdoc/>
    public Disturbance Disturbance => forwarded.Disturbance;

    /// <inheritdoc/>
    public string MediaType => forwarded.MediaType;

    /// <inheritdoc/>
    public string FileExtension => forwarded.FileExtension;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => forwarded.AvailableFor(target);

    /// <inheritdoc/>
    public FileRecording Record(ITarget target, TimeSpan duration, Stream output, CancellationToken stop)
    {
        var recording = forwarded.Record(target, duration, output, stop);
        ((GateTarget)target).Source = AnswerSource.Forwarded;
        return recording;
    }
}
