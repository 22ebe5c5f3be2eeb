using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Vitrine.Linux.Binaries;

/// <summary>
/// Struct layouts and addresses of global variables from DWARF 2 to 5 (Go writes 4, and 5 from Go 1.25 on).
/// <para>
/// Strategy: units are scanned one by one until the name that is asked for turns up; on the way the names of structs, typedefs and variables at the
/// top level are indexed (a hash and an offset each). Nothing else is kept: a layout is read from its entries when it is asked for.
/// </para>
/// <para>
/// Known limits: types in separate files (split DWARF, dwz) and in type units are not followed, their sizes are reported as unknown (-1). Line tables and
/// functions are not read: Go's own tables serve for that.
/// </para>
/// Safe for use by several threads. The ElfFile has to outlive it.
/// </summary>
public sealed class DwarfTypes
{
    const int LongestChain = 32;

    readonly DwarfSections sections;
    readonly Limits limits;
    readonly Lock scanning = new();
    readonly List<DwarfUnit> units = [];
    readonly Dictionary<ulong, int> structs = [], typedefs = [], variables = [];
    int next;

    DwarfTypes(DwarfSections sections, Limits limits)
    {
        this.sections = sections;
        this.limits = limits;
    }

    /// <summary>Opens the debug information; null when the file has none.</summary>
    /// <exception cref="BadBinaryException">Sections of it are missing or cannot be decompressed.</exception>
    public static DwarfTypes? TryOpen(ElfFile file, Limits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (DwarfSections.Find(file, "info") is not { } info)
            return null;
        if (DwarfSections.Find(file, "abbrev") is not { } abbreviations)
            throw new BadBinaryException($"{file.Name}: .debug_info without .debug_abbrev.");
        return new DwarfTypes(new DwarfSections(file, limits ?? file.Limits, info, abbreviations), limits ?? file.Limits);
    }

    /// <summary>Finds a struct (class, union) by its exact name ("runtime.g"); a typedef to one is followed.</summary>
    /// <exception cref="BadBinaryException">The debug information is damaged or beyond a limit.</exception>
    public bool TryGetStruct(string name, [NotNullWhen(true)] out DwarfStruct? layout)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        lock (scanning)
        {
            layout = null;
            if (!TryFind(structs, name, out var offset) && !TryFind(typedefs, name, out offset))
                return false;
            for (var step = 0; step < LongestChain; step++)
            {
                var entry = ReadAt(offset, out _, out _);
                if (IsStruct(entry.Shape.Tag))
                {
                    layout = ReadStruct(offset, name);
                    return true;
                }
                if (entry.Type == 0)
                    return false;
                offset = entry.Type;
            }
            return false;
        }
    }

    /// <summary>Finds the link-time address and the type name of a global variable at a fixed place. Thread-local variables have none.</summary>
    /// <exception cref="BadBinaryException">The debug information is damaged or beyond a limit.</exception>
    public bool TryGetVariable(string name, out ulong address, out string typeName)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        lock (scanning)
        {
            address = 0;
            typeName = "";
            if (!TryFind(variables, name, out var offset))
                return false;
            var entry = ReadAt(offset, out var unit, out _);
            if (!sections.TryGetAddress(unit, entry.Location, out address))
                return false;
            var type = entry.Type != 0 || entry.Specification == 0 ? entry.Type : ReadAt(entry.Specification, out _, out _).Type;
            typeName = TypeName(type, 0);
            return true;
        }
    }

    static bool IsStruct(DwarfTag tag) => tag is DwarfTag.StructureType or DwarfTag.ClassType or DwarfTag.UnionType;

    static ulong Hash(ReadOnlySpan<byte> name)
    {
        // FNV-1a.
        var hash = 14695981039346656037UL;
        foreach (var b in name)
            hash = (hash ^ b) * 1099511628211UL;
        return hash;
    }

    bool TryFind(Dictionary<ulong, int> index, string name, out int offset)
    {
        var wanted = Encoding.UTF8.GetBytes(name);
        var hash = Hash(wanted);
        while (!index.TryGetValue(hash, out offset))
        {
            if (!ScanNextUnit())
                return false;
        }

        // Names are hashed with a known function, so that a collision can be made: look at the name itself.
        var entry = ReadAt(offset, out _, out _);
        return NameOf(entry).SequenceEqual(wanted);
    }

    ReadOnlySpan<byte> NameOf(scoped in DwarfEntry entry) =>
        entry.Name.IsEmpty && entry.Specification != 0 ? ReadAt(entry.Specification, out _, out _).Name : entry.Name;

    bool ScanNextUnit()
    {
        var info = sections.Info;
        if (next >= info.Length)
            return false;
        var start = next;
        try
        {
            var unit = DwarfUnit.Parse(info, start, sections.FileName, out next);
            if (unit is not null)
            {
                if (units.Count == limits.MaxDwarfUnits)
                    throw new BadBinaryException($"{sections.FileName}: more than {limits.MaxDwarfUnits} units of debug information (Limits.MaxDwarfUnits).");
                units.Add(unit);
                Scan(unit, info);
            }
        }
        catch (BadBinaryException)
        {
            next = start; // asked again, it fails again, instead of answering from half an index
            if (units.Count > 0 && units[^1].Start == start)
                units.RemoveAt(units.Count - 1);
            throw;
        }
        return true;
    }

    void Scan(DwarfUnit unit, ReadOnlySpan<byte> info)
    {
        var table = sections.Table(unit);
        var reader = new DwarfReader(info, unit.Entries, unit.End, sections.FileName);
        var depth = 0;
        var namespaces = 0; // the outermost levels that are the unit itself or namespaces
        while (!reader.AtEnd)
        {
            var offset = reader.Position;
            var shape = sections.NextShape(table, ref reader);
            if (shape is null)
            {
                if (--depth <= 0)
                    break;
                namespaces = Math.Min(namespaces, depth);
                continue;
            }

            var topLevel = depth == namespaces;
            var wanted = topLevel && (depth == 0 || shape.Tag is DwarfTag.StructureType or DwarfTag.ClassType or DwarfTag.UnionType or DwarfTag.Typedef or DwarfTag.Variable);
            if (!wanted)
            {
                sections.Skip(unit, shape, ref reader);
            }
            else
            {
                var entry = sections.Read(unit, shape, ref reader);
                if (depth == 0)
                {
                    unit.StringOffsetsBase = entry.StringOffsetsBase ?? unit.StringOffsetsBase;
                    unit.AddressBase = entry.AddressBase ?? unit.AddressBase;
                }
                else
                {
                    Index(unit, offset, entry);
                }
            }
            if (!shape.HasChildren)
            {
                if (depth == 0)
                    break;
                continue;
            }
            if (topLevel && (depth == 0 || shape.Tag == DwarfTag.Namespace))
                namespaces = depth + 1;
            depth++;
        }
    }

    void Index(DwarfUnit unit, int offset, scoped in DwarfEntry entry)
    {
        if (entry.IsDeclaration)
            return;
        var index = entry.Shape.Tag switch
        {
            DwarfTag.Typedef => typedefs,
            DwarfTag.Variable => sections.TryGetAddress(unit, entry.Location, out _) ? variables : null,
            _ => structs,
        };
        var name = index is null ? default : NameOf(entry);
        if (name.IsEmpty)
            return;
        index!.TryAdd(Hash(name), offset);
        if (structs.Count + typedefs.Count + variables.Count > limits.MaxDwarfNames)
            throw new BadBinaryException($"{sections.FileName}: more than {limits.MaxDwarfNames} names of types and variables (Limits.MaxDwarfNames).");
    }

    DwarfEntry ReadAt(int offset, out DwarfUnit unit, out int end)
    {
        unit = UnitAt(offset);
        var reader = new DwarfReader(sections.Info, offset, unit.End, sections.FileName);
        var shape = sections.NextShape(sections.Table(unit), ref reader) ?? throw reader.Bad("a reference to an entry that is none");
        var entry = sections.Read(unit, shape, ref reader);
        end = reader.Position;
        return entry;
    }

    /// <summary>The unit of an offset. A reference may lead ahead to a unit that is not scanned yet: its header is enough.</summary>
    DwarfUnit UnitAt(int offset)
    {
        while (offset >= next && ScanNextUnit())
        {
        }
        int low = 0, high = units.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (units[middle].Start <= offset)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high >= 0 && offset >= units[high].Entries && offset < units[high].End
            ? units[high]
            : throw new BadBinaryException($"{sections.FileName}: damaged debug information: a reference to offset 0x{offset:x}, which is in no unit.");
    }

    DwarfStruct ReadStruct(int offset, string name)
    {
        var entry = ReadAt(offset, out var unit, out var end);
        var fields = new List<DwarfField>();
        if (entry.Shape.HasChildren)
        {
            var table = sections.Table(unit);
            var reader = new DwarfReader(sections.Info, end, unit.End, sections.FileName);
            for (var depth = 1; depth > 0 && !reader.AtEnd;)
            {
                var shape = sections.NextShape(table, ref reader);
                if (shape is null)
                {
                    depth--;
                    continue;
                }
                var child = sections.Read(unit, shape, ref reader);
                if (depth == 1 && shape.Tag is DwarfTag.Member or DwarfTag.Inheritance && !child.IsDeclaration)
                {
                    if (fields.Count == limits.MaxDwarfFields)
                        throw new BadBinaryException($"{sections.FileName}: struct {name} has more than {limits.MaxDwarfFields} fields (Limits.MaxDwarfFields).");

                    // A union's members have no offset: they are all at the start.
                    fields.Add(new DwarfField(Encoding.UTF8.GetString(child.Name), Math.Max(child.MemberOffset, 0), SizeOf(child.Type, 0), TypeName(child.Type, 0)));
                }
                if (shape.HasChildren)
                    depth++;
            }
        }
        return new DwarfStruct(name, entry.ByteSize, fields);
    }

    /// <summary>Size of a type in bytes, -1 when it is not known.</summary>
    long SizeOf(int offset, int depth)
    {
        if (offset == 0 || depth > LongestChain)
            return -1;
        var entry = ReadAt(offset, out var unit, out var end);
        if (entry.ByteSize >= 0)
            return entry.ByteSize;
        switch (entry.Shape.Tag)
        {
            case DwarfTag.PointerType or DwarfTag.ReferenceType:
                return unit.AddressSize;
            case DwarfTag.Typedef or DwarfTag.ConstType or DwarfTag.VolatileType or DwarfTag.RestrictType or DwarfTag.AtomicType or DwarfTag.EnumerationType:
                return SizeOf(entry.Type, depth + 1);
            case DwarfTag.ArrayType:
                var element = SizeOf(entry.Type, depth + 1);
                var count = ElementCount(unit, entry.Shape, end);
                return element < 0 || count < 0 || (count > 0 && element > long.MaxValue / count) ? -1 : element * count;
            default:
                return -1;
        }
    }

    long ElementCount(DwarfUnit unit, DwarfAbbreviation shape, int at)
    {
        if (!shape.HasChildren)
            return -1;
        long total = 1;
        var table = sections.Table(unit);
        var reader = new DwarfReader(sections.Info, at, unit.End, sections.FileName);
        for (var dimensions = 0; dimensions < LongestChain && !reader.AtEnd; dimensions++)
        {
            var child = sections.NextShape(table, ref reader);
            if (child is null)
                return dimensions == 0 ? -1 : total;
            var entry = sections.Read(unit, child, ref reader);
            if (child.Tag != DwarfTag.SubrangeType || child.HasChildren || entry.Count < 0 || (entry.Count > 0 && total > long.MaxValue / entry.Count))
                return -1;
            total *= entry.Count;
        }
        return -1;
    }

    string TypeName(int offset, int depth)
    {
        if (offset == 0)
            return depth == 0 ? "" : "void";
        if (depth > 8)
            return "…";
        var entry = ReadAt(offset, out var unit, out var end);
        if (!entry.Name.IsEmpty)
            return Encoding.UTF8.GetString(entry.Name);
        return entry.Shape.Tag switch
        {
            DwarfTag.PointerType or DwarfTag.ReferenceType => "*" + TypeName(entry.Type, depth + 1),
            DwarfTag.ConstType or DwarfTag.VolatileType or DwarfTag.RestrictType or DwarfTag.AtomicType => TypeName(entry.Type, depth + 1),
            DwarfTag.ArrayType => ElementCount(unit, entry.Shape, end) is >= 0 and var count
                ? string.Create(CultureInfo.InvariantCulture, $"[{count}]{TypeName(entry.Type, depth + 1)}")
                : "[]" + TypeName(entry.Type, depth + 1),
            DwarfTag.StructureType or DwarfTag.ClassType => "struct",
            DwarfTag.UnionType => "union",
            DwarfTag.EnumerationType => "enum",
            DwarfTag.SubroutineType => "func",
            _ => "",
        };
    }
}
