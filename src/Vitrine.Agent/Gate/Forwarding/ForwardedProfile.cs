using System.Diagnostics;
using Vitrine.Instruments;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.Agent.Gate.Forwarding;

/// <summary>A profile of one moment as the service's own pprof makes it. It is read and checked here, so that what goes on to a caller is a profile and nothing else.</summary>
sealed class ForwardedProfile(string name, string description, UpstreamClient client) : IProfileInstrument
{
    // A few kilobytes of gzip can stand for terabytes.
    readonly ProfileLimits _limits = new() { MaxCompressedBytes = client.Limits.MaxBytes, MaxUncompressedBytes = client.Limits.MaxProfileBytes, MaxTableBytes = 4 * client.Limits.MaxProfileBytes };

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Description => description;

    /// <summary>The service's runtime stops the world for moments of a goroutine profile, and works for the others.</summary>
    public Disturbance Disturbance => Disturbance.Suspends;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => Availability.Unsure("The service's own pprof decides.");

    /// <inheritdoc/>
    /// <exception cref="UpstreamException">The service gave no profile.</exception>
    public Look<Profile> Collect(ITarget target, CancellationToken cancellation) => Take($"debug/pprof/{name}", TimeSpan.Zero, cancellation);

    /// <summary>Fetches and checks a profile.</summary>
    internal Look<Profile> Take(string path, TimeSpan watch, CancellationToken stop)
    {
        var at = DateTimeOffset.UtcNow;
        var began = Stopwatch.GetTimestamp();
        using var bytes = new MemoryStream();
        client.Fetch(path, watch, client.Limits.MaxBytes, bytes, stop);
        bytes.Position = 0;
        try
        {
            return new(ProfileReader.Read(bytes, _limits), at, Stopwatch.GetElapsedTime(began), new Consistency { Total = 1, Accepted = 1 }, []);
        }
        catch (ProfileFormatException e)
        {
            throw new UpstreamException(UpstreamFault.Broken, $"What the service sent as {name} is not a profile: {e.Message}", e);
        }
    }
}
