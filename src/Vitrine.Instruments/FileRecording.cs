namespace Vitrine.Instruments;

/// <summary>What an <see cref="IFileRecorder"/> says of the file it has written.</summary>
/// <param name="Bytes">Size of the file.</param>
/// <param name="Watched">How long was watched.</param>
/// <param name="Lost">Events that were made and are not in the file; unknown with the reason where the format does not tell.</param>
/// <param name="Notes">What the reader must know to read it right, each a full sentence.</param>
public sealed record FileRecording(long Bytes, TimeSpan Watched, Known<long> Lost, IReadOnlyList<string> Notes);
