namespace Vitrine.Linux.Binaries;

/// <summary>The attributes of one debugging information entry that matter for layouts and addresses.</summary>
internal ref struct DwarfEntry
{
    public DwarfAbbreviation Shape;
    public ReadOnlySpan<byte> Name;
    public ReadOnlySpan<byte> Location;
    public long ByteSize;
    public long MemberOffset;
    public long Count;
    public int Type;
    public int Specification;
    public bool IsDeclaration;
    public ulong? StringOffsetsBase;
    public ulong? AddressBase;
}
