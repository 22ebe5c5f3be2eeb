namespace Vitrine.Linux.Binaries;

/// <summary>One unit of .debug_info.</summary>
/// <param name="Start">Offset of its header; references within the unit count from here.</param>
/// <param name="Entries">Offset of its first entry.</param>
/// <param name="End">Offset behind it.</param>
/// <param name="Version">DWARF version, 2 to 5.</param>
/// <param name="Is64">64-bit form: offsets have 8 bytes.</param>
/// <param name="AddressSize">Bytes of an address.</param>
/// <param name="AbbreviationOffset">Its table in .debug_abbrev.</param>
internal sealed record DwarfUnit(int Start, int Entries, int End, int Version, bool Is64, int AddressSize, ulong AbbreviationOffset)
{
    /// <summary>Base of its indexes into .debug_str_offsets; the first entry says, the default is behind that section's header.</summary>
    public ulong StringOffsetsBase { get; set; } = Is64 ? 16UL : 8UL;

    /// <summary>Base of its indexes into .debug_addr.</summary>
    public ulong AddressBase { get; set; } = Is64 ? 16UL : 8UL;

    /// <summary>Reads a header.</summary>
    /// <returns>Null for a unit that holds nothing of interest or is of an unknown version; <paramref name="next"/> is set all the same.</returns>
    public static DwarfUnit? Parse(ReadOnlySpan<byte> section, int start, string name, out int next)
    {
        var reader = new DwarfReader(section, start, section.Length, name);
        ulong length = reader.UInt32();
        var is64 = length == 0xffffffff;
        if (is64)
            length = reader.UInt64();
        if (length > (ulong)(section.Length - reader.Position))
            throw reader.Bad($"a unit of {length} bytes, {section.Length - reader.Position} are left");
        next = reader.Position + (int)length;
        if (length < 7)
            return null;

        var version = reader.UInt16();
        if (version is < 2 or > 5)
            return null;
        int addressSize;
        ulong abbreviations;
        if (version == 5)
        {
            const byte compile = 1, type = 2, partial = 3, skeleton = 4;
            var kind = reader.Byte();
            addressSize = reader.Byte();
            abbreviations = reader.Offset(is64);
            switch (kind)
            {
                case compile or partial:
                    break;
                case skeleton:
                    _ = reader.UInt64();
                    break;
                case type:
                    _ = reader.UInt64();
                    _ = reader.Offset(is64);
                    break;
                default:
                    return null; // the split kinds live in other files
            }
        }
        else
        {
            abbreviations = reader.Offset(is64);
            addressSize = reader.Byte();
        }
        return reader.Position <= next && addressSize is 4 or 8 ? new DwarfUnit(start, reader.Position, next, version, is64, addressSize, abbreviations) : null;
    }
}
