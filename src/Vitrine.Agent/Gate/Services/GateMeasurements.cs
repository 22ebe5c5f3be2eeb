using Vitrine.Instruments;

namespace Vitrine.Agent.Gate.Services;

/// <summary>Figures, which there are from outside only.</summary>
sealed class GateMeasurements(IMeasurementInstrument outside) : IMeasurementInstrument
{
    /// <inheritdoc/>
    public string Name => outside.Name;

    /// <inheritdoc/>
    public string Description => outside.Description;

    /// <inheritdoc/>
    public Disturbance Disturbance => outside.Disturbance;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => Comments.Availability(target, outside, null);

    /// <inheritdoc/>
    public Look<IReadOnlyList<Measurement>> Collect(ITarget target, CancellationToken cancellation) =>
        Choice.Take(Name, (GateTarget)target, go => outside.Collect(go, cancellation), null, out _);
}
