namespace Vitrine.Linux.Binaries;

/// <summary>One program header.</summary>
/// <param name="Index">Place in the program header table.</param>
/// <param name="Type">p_type (PT_LOAD = 1, PT_DYNAMIC = 2, PT_INTERP = 3, PT_NOTE = 4, …).</param>
/// <param name="Flags">p_flags: 1 execute, 2 write, 4 read.</param>
/// <param name="Offset">Offset in the file, in bytes.</param>
/// <param name="Address">Link-time virtual address.</param>
/// <param name="FileSize">Bytes in the file.</param>
/// <param name="MemorySize">Bytes in memory; what exceeds <paramref name="FileSize"/> is zero.</param>
/// <param name="Alignment">p_align.</param>
public sealed record ElfSegment(int Index, uint Type, uint Flags, ulong Offset, ulong Address, ulong FileSize, ulong MemorySize, ulong Alignment)
{
    /// <summary>PT_LOAD.</summary>
    public const uint Load = 1;

    /// <summary>PT_DYNAMIC.</summary>
    public const uint Dynamic = 2;

    /// <summary>PT_INTERP.</summary>
    public const uint Interpreter = 3;

    /// <summary>PT_NOTE.</summary>
    public const uint Note = 4;

    /// <summary>True when <paramref name="address"/> lies in the segment's memory.</summary>
    public bool Contains(ulong address) => address >= Address && address - Address < MemorySize;
}
