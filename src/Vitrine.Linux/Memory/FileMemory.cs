using Vitrine.Linux.Binaries;

namespace Vitrine.Linux.Memory;

/// <summary>An ELF file's segments as memory at link-time addresses, relocated with bias 0.</summary>
public sealed class FileMemory : IMemoryReader
{
    /// <summary>The memory image of a file. <see cref="ElfFile.Memory"/> holds one.</summary>
    public FileMemory(ElfFile file)
    {
    }

    /// <inheritdoc/>
    public int PointerSize => 8;

    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> destination) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Read(ReadPlan plan) => throw new NotImplementedException();
}
