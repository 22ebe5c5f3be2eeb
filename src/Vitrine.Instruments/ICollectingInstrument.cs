using Vitrine.Pprof;

namespace Vitrine.Instruments;

/// <summary>An instrument that can have its process collect garbage before it looks, as Go's <c>heap?gc=1</c>: what is shown as in use is then what is so now.</summary>
public interface ICollectingInstrument : IProfileInstrument
{
    /// <summary>As <see cref="IProfileInstrument.Collect"/>, perhaps after a collection.</summary>
    /// <param name="target">The process.</param>
    /// <param name="collectFirst">Whether to collect garbage first.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InstrumentUnavailableException">There is nothing to show, or this process cannot be made to collect; the message has the reason.</exception>
    Look<Profile> Collect(ITarget target, bool collectFirst, CancellationToken cancellation);
}
