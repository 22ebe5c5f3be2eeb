namespace Vitrine.Instruments;

/// <summary>An instrument that can also say what it sees in a text form of its own, for which no profile has room: the full dump of all stacks, as Go's <c>goroutine?debug=2</c>.</summary>
public interface ITextInstrument : IInstrument
{
    /// <summary>Looks once and writes what there is. The caller owns <paramref name="output"/>.</summary>
    /// <param name="target">The process.</param>
    /// <param name="output">Where the text goes; lines end with a line feed.</param>
    /// <param name="cancellation">Ends the look; what was written by then is not whole.</param>
    /// <exception cref="InstrumentUnavailableException">The instrument has nothing to show for this target; the message has the reason.</exception>
    void WriteText(ITarget target, TextWriter output, CancellationToken cancellation);
}
