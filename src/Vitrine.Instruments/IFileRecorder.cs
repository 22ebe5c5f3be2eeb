namespace Vitrine.Instruments;

/// <summary>An instrument whose result is a file in a format of its own, written while or after it watches: a runtime's event trace.</summary>
public interface IFileRecorder : IInstrument
{
    /// <summary>What the file is called in HTTP, such as <c>application/octet-stream</c>.</summary>
    string MediaType { get; }

    /// <summary>How the file's name ends, with the dot: <c>.nettrace</c>.</summary>
    string FileExtension { get; }

    /// <summary>Watches and writes the file. The caller owns <paramref name="output"/>; what was written before a failure is not a whole file.</summary>
    /// <param name="target">The process.</param>
    /// <param name="duration">How long to watch.</param>
    /// <param name="output">Where the file goes.</param>
    /// <param name="stop">Ends the recording early and in order: what was seen until then is a whole file.</param>
    /// <exception cref="InstrumentUnavailableException">The instrument cannot look at this target; the message has the reason.</exception>
    FileRecording Record(ITarget target, TimeSpan duration, Stream output, CancellationToken stop);
}
