using Vitrine.Agent.Gate.Forwarding;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Agent.Gate.Services;

/// <summary>A profile of one moment: from outside, else the service's own.</summary>
class GateProfile(string name, string description, IProfileInstrument? outside, ForwardedProfile? forwarded) : IProfileInstrument
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Description => description;

    /// <inheritdoc/>
    public Disturbance Disturbance => outside?.Disturbance ?? forwarded!.Disturbance;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => Comments.Availability(target, outside, forwarded);

    /// <inheritdoc/>
    public Look<Profile> Collect(ITarget target, CancellationToken cancellation)
    {
        var gate = (GateTarget)target;
        var look = Choice.Take<Look<Profile>>(name, gate, outside is null ? null : go => outside.Collect(go, cancellation), forwarded is null ? null : () => forwarded.Collect(gate, cancellation), out var reason);
        return look with { Result = Comments.Of(look.Result, gate.Source, reason, look.Notes) };
    }
}
