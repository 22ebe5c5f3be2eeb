namespace Vitrine.Instruments;

/// <summary>An instrument whose result is numbers with names and units.</summary>
public interface IMeasurementInstrument : IInstrument
{
    /// <summary>Looks once.</summary>
    /// <exception cref="InstrumentUnavailableException">The instrument has nothing to show for this target; the message has the reason.</exception>
    Look<IReadOnlyList<Measurement>> Collect(ITarget target, CancellationToken cancellation);
}
