using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Memory;

/// <summary>The memory of a running process.</summary>
public sealed class LiveMemory : IMemoryReader, IDisposable
{
    /// <summary>Opens the memory of a process.</summary>
    public static LiveMemory Open(LinuxProcess process) => throw new NotImplementedException();

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
