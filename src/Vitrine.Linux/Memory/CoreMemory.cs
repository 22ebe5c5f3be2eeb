namespace Vitrine.Linux.Memory;

/// <summary>The memory of a core dump.</summary>
public sealed class CoreMemory : IMemoryReader, IDisposable
{
    /// <summary>Opens a core dump.</summary>
    public static CoreMemory Open(string path) => throw new NotImplementedException();

    /// <inheritdoc/>
    public int PointerSize => 8;

    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> destination) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Read(ReadPlan plan) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
