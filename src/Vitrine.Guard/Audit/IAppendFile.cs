namespace Vitrine.Guard.Audit;

/// <summary>A file that can only be added to.</summary>
interface IAppendFile : IDisposable
{
    /// <summary>Bytes in it now, whoever wrote them.</summary>
    long Length { get; }

    /// <summary>Adds at the end.</summary>
    /// <exception cref="IOException">It could not, or not all of it.</exception>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Waits until the disk has it.</summary>
    void Flush();
}
