using Vitrine.Pprof;

namespace Vitrine.Instruments;

/// <summary>An instrument whose result has stacks.</summary>
public interface IProfileInstrument : IInstrument
{
    /// <summary>Looks once.</summary>
    /// <exception cref="InstrumentUnavailableException">The instrument has nothing to show for this target; the message has the reason.</exception>
    Look<Profile> Collect(ITarget target, CancellationToken cancellation);
}
