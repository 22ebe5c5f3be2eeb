namespace Vitrine.Instruments;

/// <summary>
/// An instrument whose profile covers a span of time: it watches while the target works. <see cref="IProfileInstrument"/> shows what is there at one moment.
/// </summary>
public interface IProfileRecorder : IInstrument
{
    /// <summary>Watches and returns what was seen.</summary>
    /// <param name="target">The process.</param>
    /// <param name="duration">How long to watch.</param>
    /// <param name="stop">Ends the recording early and in order: what was seen until then is the result.</param>
    /// <exception cref="InstrumentUnavailableException">The instrument cannot look at this target; the message has the reason.</exception>
    Recording Record(ITarget target, TimeSpan duration, CancellationToken stop);
}
