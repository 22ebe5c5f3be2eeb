using System.Globalization;
using Vitrine.Instruments;

namespace Vitrine.Agent.Gate.Forwarding;

/// <summary>The service's own CPU profile: the runtime sends itself a signal a hundred times a second while it is recorded.</summary>
sealed class ForwardedCpu(string description, UpstreamClient client) : IProfileRecorder
{
    readonly ForwardedProfile _profile = new("cpu", description, client);

    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public string Description => description;

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Events;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => _profile.AvailableFor(target);

    /// <inheritdoc/>
    /// <exception cref="UpstreamException">The service gave no profile.</exception>
    /// <exception cref="OperationCanceledException">By <paramref name="stop"/>: the service hands out nothing of a profile that is ended early.</exception>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        // Go takes whole seconds, and none for 0.
        var seconds = Math.Max(1, (long)Math.Round(duration.TotalSeconds, MidpointRounding.AwayFromZero));
        var look = _profile.Take(string.Create(CultureInfo.InvariantCulture, $"debug/pprof/profile?seconds={seconds}"), TimeSpan.FromSeconds(seconds), stop);
        var samples = look.Result.Samples.Sum(static sample => sample.Values.Length > 0 ? sample.Values[0] : 0);
        return new(look, samples, 0, "as the service's own CPU profile costs");
    }
}
