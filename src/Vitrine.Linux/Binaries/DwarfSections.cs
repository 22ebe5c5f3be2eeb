using System.Buffers.Binary;

namespace Vitrine.Linux.Binaries;

/// <summary>The debug sections of a file, and the reading of single entries in them.</summary>
internal sealed class DwarfSections
{
    // DW_AT_*: DWARF 5, 7.5.4.
    const ushort Name = 0x03, Location = 0x02, ByteSize = 0x0b, UpperBound = 0x2f, Count = 0x37, MemberLocation = 0x38, Declaration = 0x3c, Specification = 0x47, TypeOf = 0x49,
        DataBitOffset = 0x6b, StringOffsetsBase = 0x72, AddressBase = 0x73, GnuAddressBase = 0x2133;

    readonly ElfFile file;
    readonly Limits limits;
    readonly ElfSection info, abbreviations;
    readonly ElfSection? strings, lineStrings, stringOffsets, addresses;
    readonly Dictionary<ulong, Dictionary<ulong, DwarfAbbreviation>> tables = [];
    int cachedAbbreviations;
    long budget;

    public DwarfSections(ElfFile file, Limits limits, ElfSection info, ElfSection abbreviations)
    {
        this.file = file;
        this.limits = limits;
        this.info = info;
        this.abbreviations = abbreviations;
        strings = Find(file, "str");
        lineStrings = Find(file, "line_str");
        stringOffsets = Find(file, "str_offsets");
        addresses = Find(file, "addr");
        budget = limits.MaxDwarfEntries;
    }

    public string FileName => file.Name;

    public ReadOnlySpan<byte> Info => file.Contents(info);

    public static ElfSection? Find(ElfFile file, string name) => file.Section(".debug_" + name) ?? file.Section(".zdebug_" + name);

    public Dictionary<ulong, DwarfAbbreviation> Table(DwarfUnit unit)
    {
        if (tables.TryGetValue(unit.AbbreviationOffset, out var table))
            return table;
        table = DwarfAbbreviation.ParseTable(file.Contents(abbreviations), unit.AbbreviationOffset, limits, FileName, ref budget);

        // C and C++ have a table for each unit: keep what is in use, not all of them.
        cachedAbbreviations += table.Count;
        if (cachedAbbreviations > 200_000)
        {
            tables.Clear();
            cachedAbbreviations = table.Count;
        }
        return tables[unit.AbbreviationOffset] = table;
    }

    /// <summary>The shape of the entry at the reader's position; null for the mark that ends a list of children.</summary>
    public DwarfAbbreviation? NextShape(Dictionary<ulong, DwarfAbbreviation> table, scoped ref DwarfReader reader)
    {
        if (--budget < 0)
            throw new BadBinaryException($"{FileName}: the debug information takes more work than Limits.MaxDwarfEntries ({limits.MaxDwarfEntries}) allows.");
        var code = reader.Uleb();
        if (code == 0)
            return null;
        return table.TryGetValue(code, out var shape) ? shape : throw reader.Bad($"abbreviation {code} is not in its table");
    }

    public void Skip(DwarfUnit unit, DwarfAbbreviation shape, scoped ref DwarfReader reader)
    {
        budget -= shape.Attributes.Length / 8;
        foreach (var (_, form, _) in shape.Attributes)
            SkipValue(unit, form, ref reader);
    }

    /// <summary>Reads the attributes of an entry whose shape was read before.</summary>
    public DwarfEntry Read(DwarfUnit unit, DwarfAbbreviation shape, scoped ref DwarfReader reader)
    {
        var entry = new DwarfEntry { Shape = shape, ByteSize = -1, MemberOffset = -1, Count = -1 };
        foreach (var (attribute, form, value) in shape.Attributes)
        {
            switch (attribute)
            {
                case Name:
                    entry.Name = ReadText(unit, form, ref reader);
                    break;
                case ByteSize:
                    entry.ByteSize = ReadConstant(unit, form, value, ref reader);
                    break;
                case Location:
                    entry.Location = ReadBlock(unit, form, ref reader);
                    break;
                case MemberLocation:
                    entry.MemberOffset = ReadMemberOffset(unit, form, value, ref reader);
                    break;
                case DataBitOffset:
                    entry.MemberOffset = ReadConstant(unit, form, value, ref reader) is >= 0 and var bits ? bits / 8 : -1;
                    break;
                case UpperBound:
                    entry.Count = ReadConstant(unit, form, value, ref reader) is >= -1 and < long.MaxValue and var last ? last + 1 : -1;
                    break;
                case Count:
                    entry.Count = ReadConstant(unit, form, value, ref reader);
                    break;
                case TypeOf:
                    entry.Type = ReadReference(unit, form, ref reader);
                    break;
                case Specification:
                    entry.Specification = ReadReference(unit, form, ref reader);
                    break;
                case Declaration:
                    entry.IsDeclaration = form == DwarfForm.FlagPresent || ReadConstant(unit, form, value, ref reader) != 0;
                    break;
                case StringOffsetsBase:
                    entry.StringOffsetsBase = (ulong)ReadConstant(unit, form, value, ref reader);
                    break;
                case AddressBase or GnuAddressBase:
                    entry.AddressBase = (ulong)ReadConstant(unit, form, value, ref reader);
                    break;
                default:
                    SkipValue(unit, form, ref reader);
                    break;
            }
        }
        return entry;
    }

    /// <summary>The address of a location that is nothing but an address; false for registers, thread-local storage and computed places.</summary>
    public bool TryGetAddress(DwarfUnit unit, ReadOnlySpan<byte> location, out ulong address)
    {
        const byte opAddress = 0x03, opAddressIndex = 0xa1, opGnuAddressIndex = 0xfb;
        address = 0;
        if (location.IsEmpty)
            return false;
        var reader = new DwarfReader(location, 1, location.Length, FileName);
        switch (location[0])
        {
            case opAddress when location.Length == 1 + unit.AddressSize:
                address = reader.Address(unit.AddressSize);
                return true;
            case opAddressIndex or opGnuAddressIndex:
                var index = reader.Uleb();
                return reader.AtEnd && TryGetIndexedAddress(unit, index, out address);
            default:
                return false;
        }
    }

    bool TryGetIndexedAddress(DwarfUnit unit, ulong index, out ulong address)
    {
        address = 0;
        var table = addresses is null ? default : file.Contents(addresses);
        if (index > uint.MaxValue || unit.AddressBase > (ulong)table.Length)
            return false;
        var at = unit.AddressBase + index * (ulong)unit.AddressSize;
        if (at + (ulong)unit.AddressSize > (ulong)table.Length)
            return false;
        address = new DwarfReader(table, (int)at, table.Length, FileName).Address(unit.AddressSize);
        return true;
    }

    ReadOnlySpan<byte> ReadText(DwarfUnit unit, DwarfForm form, scoped ref DwarfReader reader)
    {
        switch (form)
        {
            case DwarfForm.String:
                var text = reader.ZeroTerminated();
                return text.Length > limits.MaxNameBytes ? default : text;
            case DwarfForm.StrP:
                return TextIn(strings, reader.Offset(unit.Is64));
            case DwarfForm.LineStrP:
                return TextIn(lineStrings, reader.Offset(unit.Is64));
            case DwarfForm.StrX or DwarfForm.GnuStrIndex:
                return IndexedText(unit, reader.Uleb());
            case DwarfForm.StrX1:
                return IndexedText(unit, reader.Byte());
            case DwarfForm.StrX2:
                return IndexedText(unit, reader.UInt16());
            case DwarfForm.StrX3:
                return IndexedText(unit, reader.UInt24());
            case DwarfForm.StrX4:
                return IndexedText(unit, reader.UInt32());
            case DwarfForm.Indirect:
                return ReadText(unit, ReadIndirect(ref reader), ref reader);
            default:
                SkipValue(unit, form, ref reader);
                return default; // a name in a supplementary file is unknown
        }
    }

    ReadOnlySpan<byte> TextIn(ElfSection? section, ulong offset) => section is null ? default : ElfFile.NameAt(file.Contents(section), offset, limits.MaxNameBytes);

    ReadOnlySpan<byte> IndexedText(DwarfUnit unit, ulong index)
    {
        var table = stringOffsets is null ? default : file.Contents(stringOffsets);
        var size = unit.Is64 ? 8UL : 4UL;
        if (index > uint.MaxValue || unit.StringOffsetsBase > (ulong)table.Length)
            return default;
        var at = unit.StringOffsetsBase + index * size;
        if (at + size > (ulong)table.Length)
            return default;
        var entry = table[(int)at..];
        return TextIn(strings, unit.Is64 ? BinaryPrimitives.ReadUInt64LittleEndian(entry) : BinaryPrimitives.ReadUInt32LittleEndian(entry));
    }

    /// <summary>A number; -1 when the form holds none.</summary>
    long ReadConstant(DwarfUnit unit, DwarfForm form, long value, scoped ref DwarfReader reader)
    {
        switch (form)
        {
            case DwarfForm.Data1 or DwarfForm.Flag:
                return reader.Byte();
            case DwarfForm.Data2:
                return reader.UInt16();
            case DwarfForm.Data4:
                return reader.UInt32();
            case DwarfForm.Data8:
                return (long)reader.UInt64();
            case DwarfForm.UData:
                return (long)reader.Uleb();
            case DwarfForm.SData:
                return reader.Sleb();
            case DwarfForm.SecOffset:
                return (long)reader.Offset(unit.Is64);
            case DwarfForm.ImplicitConst:
                return value;
            case DwarfForm.FlagPresent:
                return 1;
            case DwarfForm.Indirect:
                return ReadConstant(unit, ReadIndirect(ref reader), value, ref reader);
            default:
                SkipValue(unit, form, ref reader);
                return -1;
        }
    }

    long ReadMemberOffset(DwarfUnit unit, DwarfForm form, long value, scoped ref DwarfReader reader)
    {
        const byte opPlusConstant = 0x23, opConstant = 0x10;
        if (form is not (DwarfForm.Block1 or DwarfForm.Block2 or DwarfForm.Block4 or DwarfForm.Block or DwarfForm.ExprLoc))
            return ReadConstant(unit, form, value, ref reader);
        var block = ReadBlock(unit, form, ref reader);
        return block.Length > 1 && block[0] is opPlusConstant or opConstant ? (long)new DwarfReader(block, 1, block.Length, FileName).Uleb() : -1;
    }

    ReadOnlySpan<byte> ReadBlock(DwarfUnit unit, DwarfForm form, scoped ref DwarfReader reader)
    {
        switch (form)
        {
            case DwarfForm.Block1:
                return reader.Take(reader.Byte());
            case DwarfForm.Block2:
                return reader.Take(reader.UInt16());
            case DwarfForm.Block4:
                return reader.Take(reader.UInt32());
            case DwarfForm.Block or DwarfForm.ExprLoc:
                return reader.Take(reader.Uleb());
            default:
                SkipValue(unit, form, ref reader); // a list of locations
                return default;
        }
    }

    /// <summary>The offset in .debug_info that a reference means; 0 when it leads out of it.</summary>
    int ReadReference(DwarfUnit unit, DwarfForm form, scoped ref DwarfReader reader)
    {
        ulong target;
        switch (form)
        {
            case DwarfForm.Ref1:
                target = reader.Byte() + (ulong)unit.Start;
                break;
            case DwarfForm.Ref2:
                target = reader.UInt16() + (ulong)unit.Start;
                break;
            case DwarfForm.Ref4:
                target = reader.UInt32() + (ulong)unit.Start;
                break;
            case DwarfForm.Ref8:
                target = unchecked(reader.UInt64() + (ulong)unit.Start);
                break;
            case DwarfForm.RefUData:
                target = unchecked(reader.Uleb() + (ulong)unit.Start);
                break;
            case DwarfForm.RefAddress:
                target = unit.Version == 2 ? reader.Address(unit.AddressSize) : reader.Offset(unit.Is64);
                break;
            case DwarfForm.Indirect:
                return ReadReference(unit, ReadIndirect(ref reader), ref reader);
            default:
                SkipValue(unit, form, ref reader); // another file, or a type unit's signature
                return 0;
        }
        return target < (ulong)Info.Length ? (int)target : 0;
    }

    static DwarfForm ReadIndirect(scoped ref DwarfReader reader)
    {
        var form = reader.Uleb();

        // One level only: a chain of them is nothing a compiler writes, and a way to make a reader recurse.
        return form is (ulong)DwarfForm.Indirect or (ulong)DwarfForm.ImplicitConst or > ushort.MaxValue ? throw reader.Bad("an indirect form that is indirect again") : (DwarfForm)form;
    }

    void SkipValue(DwarfUnit unit, DwarfForm form, scoped ref DwarfReader reader)
    {
        switch (form)
        {
            case DwarfForm.FlagPresent or DwarfForm.ImplicitConst:
                break;
            case DwarfForm.Data1 or DwarfForm.Ref1 or DwarfForm.Flag or DwarfForm.StrX1 or DwarfForm.AddrX1:
                reader.Take(1);
                break;
            case DwarfForm.Data2 or DwarfForm.Ref2 or DwarfForm.StrX2 or DwarfForm.AddrX2:
                reader.Take(2);
                break;
            case DwarfForm.StrX3 or DwarfForm.AddrX3:
                reader.Take(3);
                break;
            case DwarfForm.Data4 or DwarfForm.Ref4 or DwarfForm.RefSup4 or DwarfForm.StrX4 or DwarfForm.AddrX4:
                reader.Take(4);
                break;
            case DwarfForm.Data8 or DwarfForm.Ref8 or DwarfForm.RefSig8 or DwarfForm.RefSup8:
                reader.Take(8);
                break;
            case DwarfForm.Data16:
                reader.Take(16);
                break;
            case DwarfForm.Address:
                reader.Take((ulong)unit.AddressSize);
                break;
            case DwarfForm.StrP or DwarfForm.LineStrP or DwarfForm.SecOffset or DwarfForm.StrPSup or DwarfForm.GnuRefAlt or DwarfForm.GnuStrPAlt:
                reader.Take(unit.Is64 ? 8UL : 4UL);
                break;
            case DwarfForm.RefAddress:
                reader.Take(unit.Version == 2 ? (ulong)unit.AddressSize : unit.Is64 ? 8UL : 4UL);
                break;
            case DwarfForm.UData or DwarfForm.SData or DwarfForm.RefUData or DwarfForm.StrX or DwarfForm.AddrX or DwarfForm.LocListX or DwarfForm.RngListX
                or DwarfForm.GnuAddrIndex or DwarfForm.GnuStrIndex:
                reader.Uleb();
                break;
            case DwarfForm.String:
                reader.ZeroTerminated();
                break;
            case DwarfForm.Block1 or DwarfForm.Block2 or DwarfForm.Block4 or DwarfForm.Block or DwarfForm.ExprLoc:
                ReadBlock(unit, form, ref reader);
                break;
            case DwarfForm.Indirect:
                SkipValue(unit, ReadIndirect(ref reader), ref reader);
                break;
            default:
                throw reader.Bad($"unknown attribute form 0x{(ushort)form:x}");
        }
    }
}
