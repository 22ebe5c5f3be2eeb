using Vitrine.Instruments;

namespace Vitrine.Go.Memory;

/// <summary>The instrument <c>memstats</c>: every number of <c>runtime.MemStats</c>, read from the memory of a Go process.</summary>
public sealed class MemStatsInstrument : IMeasurementInstrument
{
    /// <inheritdoc/>
    public string Name => "memstats";

    /// <inheritdoc/>
    public string Description => "what runtime.ReadMemStats would say, without stopping the process";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Reads;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target)
    {
        if (target is not GoTarget go)
            return Availability.No("Only a Go process has memstats.");
        Known<ulong> address = RuntimeViews.Of(go).AddressOf("runtime.memstats");
        return address.IsKnown ? Availability.Yes : Availability.No($"Where the runtime keeps its statistics is not known: {address.Reason}.");
    }

    /// <inheritdoc/>
    public Look<IReadOnlyList<Measurement>> Collect(ITarget target, CancellationToken cancellation)
    {
        if (target is not GoTarget go)
            throw new InstrumentUnavailableException("memstats needs a Go process.");
        Look<MemStats> look = MemStatsReader.Read(go);
        return new Look<IReadOnlyList<Measurement>>(MemStatsMeasurements.Of(look.Result), look.CapturedAt, look.Duration, look.Consistency, look.Notes);
    }
}
