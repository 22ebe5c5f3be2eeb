namespace Vitrine.Instruments;

/// <summary>An instrument whose result is things that happened while it watched.</summary>
public interface IEventInstrument : IInstrument
{
    /// <summary>Watches until cancelled.</summary>
    /// <exception cref="InstrumentUnavailableException">The instrument has nothing to show for this target; the message has the reason.</exception>
    IAsyncEnumerable<InstrumentEvent> Watch(ITarget target, CancellationToken cancellation);
}
