namespace Vitrine.Instruments;

/// <summary>A recorder that samples at a rate which the caller may choose, as <c>profile?rate=199</c> does.</summary>
public interface IRatedRecorder : IProfileRecorder
{
    /// <summary>The rates there are, in samples per second, ascending.</summary>
    IReadOnlyList<int> Rates { get; }

    /// <summary>As <see cref="IProfileRecorder.Record"/>, at one of <see cref="Rates"/>.</summary>
    /// <param name="target">The process.</param>
    /// <param name="duration">How long to watch.</param>
    /// <param name="rate">Samples per second.</param>
    /// <param name="stop">Ends the recording early and in order.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rate.</exception>
    /// <exception cref="InstrumentUnavailableException">The instrument cannot look at this target; the message has the reason.</exception>
    Recording Record(ITarget target, TimeSpan duration, int rate, CancellationToken stop);
}
