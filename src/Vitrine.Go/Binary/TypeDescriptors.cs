using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Vitrine.Go.Binary;

/// <summary>
/// The type descriptors a Go binary carries, also when stripped: the linker keeps those of every type that the program can meet through an
/// interface or the garbage collector, with field names, offsets and types. Link-time addresses. Thread-safe. Descriptors are untrusted:
/// what is out of range is "not found", never an exception.
/// </summary>
public sealed class TypeDescriptors
{
    const int UncommonSize = 16;

    readonly BinaryImage image;
    readonly ulong types;
    readonly ulong end;
    readonly GoVersion version;
    readonly Lazy<TypeIndex> index;
    readonly ConcurrentDictionary<ulong, StructLayout> layouts = new();

    internal TypeDescriptors(BinaryImage image, ModuleData module, GoVersion version)
    {
        this.image = image;
        this.version = version;
        types = module.Types;
        end = module.ETypes;
        index = new Lazy<TypeIndex>(() => TypeIndex.Build(Region));
    }

    /// <summary>Number of named types that were found. The first use scans the descriptors (tens of milliseconds for the largest services).</summary>
    public int NamedCount => index.Value.Count;

    ReadOnlySpan<byte> Region => image.TryRaw(types, out var bytes) ? bytes[..(int)Math.Min(end - types, (ulong)bytes.Length)] : default;

    /// <summary>Finds a struct type by import path and name: <c>runtime.g</c>, <c>net/http.Request</c>.</summary>
    public bool TryGetStruct(string name, [NotNullWhen(true)] out StructLayout? layout)
    {
        layout = null;
        foreach (var address in Named(name))
        {
            if (TryGetStructAt(address, out layout))
                return true;
        }
        return false;
    }

    /// <summary>Address of the descriptor of a named type (any kind) by import path and name: <c>runtime.g</c>, <c>time.Duration</c>.</summary>
    public bool TryFind(string name, out ulong address)
    {
        foreach (var candidate in Named(name))
        {
            if (TryDescribe(candidate, out _))
            {
                address = candidate;
                return true;
            }
        }
        address = 0;
        return false;
    }

    /// <summary>The layout of the struct whose descriptor is at <paramref name="address"/>.</summary>
    public bool TryGetStructAt(ulong address, [NotNullWhen(true)] out StructLayout? layout)
    {
        if (layouts.TryGetValue(address, out layout))
            return true;
        if (!TryDescribe(address, out var type) || type.Kind != GoKind.Struct || type.Size > int.MaxValue || !TryFields(address, type.Size, out var fields))
            return false;
        layout = new StructLayout(type.QualifiedName, (int)type.Size, LayoutSource.TypeDescriptors, fields, Nested);
        if (layouts.Count < GoBinaryLimits.MaxKeptLayouts)
            layouts.TryAdd(address, layout);
        return true;
    }

    /// <summary>
    /// Describes the type whose descriptor is at <paramref name="address"/> (e.g. <c>hchan.elemtype</c>, the type word of an <c>any</c>). False
    /// when there is no descriptor: types made by reflection at run time live on the target's heap, not in the binary.
    /// </summary>
    public bool TryDescribe(ulong address, out GoType type)
    {
        type = default;
        if (address < types || address >= end || ((address - types) & 7) != 0)
            return false;
        var region = Region;
        var offset = address - types;
        if (offset > int.MaxValue || !TypeScan.IsPlausible(region, (int)offset))
            return false;
        var header = region.Slice((int)offset, TypeScan.HeaderSize);
        var kind = TypeScan.Kind(header);
        var (element, key, length) = Parts(address, kind);
        type = new GoType(
            address,
            TypeScan.Text(TypeScan.TypeName(region, (int)offset)),
            PackagePath(region, (int)offset, kind),
            kind,
            (long)TypeScan.Size(header),
            element,
            key,
            length);
        return true;
    }

    /// <summary>Every struct type with a name, in the order of the binary. Two functions can each have a local type of one name.</summary>
    public IEnumerable<GoType> NamedStructs()
    {
        foreach (var offset in index.Value.Offsets())
        {
            if (TryDescribe(types + (ulong)offset, out var type) && type.Kind == GoKind.Struct)
                yield return type;
        }
    }

    IEnumerable<ulong> Named(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var bracket = name.IndexOf('[', StringComparison.Ordinal);
        var dot = (bracket < 0 ? name : name[..bracket]).LastIndexOf('.');
        var package = dot < 0 ? "" : name[..dot];
        var bare = Encoding.UTF8.GetBytes(name[(dot + 1)..]);
        foreach (var offset in index.Value.Find(TypeScan.Hash(bare)))
        {
            if (Matches(offset, package, bare))
                yield return types + (ulong)offset;
        }
    }

    bool Matches(int offset, string package, byte[] bare)
    {
        var region = Region;
        var text = TypeScan.TypeName(region, offset);
        if (!TypeScan.BareName(text).SequenceEqual(bare))
            return false;
        var path = PackagePath(region, offset, TypeScan.Kind(region.Slice(offset, TypeScan.HeaderSize)));
        if (path.Length > 0)
            return path == package;
        // No path recorded (predeclared types, or a map whose descriptor has an unknown size): the package name in the text must do.
        var prefix = TypeScan.Text(text[..^bare.Length]).TrimEnd('.');
        return prefix == package[(package.LastIndexOf('/') + 1)..];
    }

    /// <summary>Import path from the uncommon part, which follows the kind's own part; empty when there is none.</summary>
    string PackagePath(ReadOnlySpan<byte> region, int offset, GoKind kind)
    {
        // Pointers to named types carry the path of what they point to; only named types have one of their own.
        const byte both = TypeScan.FlagNamed | TypeScan.FlagUncommon;
        if ((region[offset + 20] & both) != both || offset + KindSize(kind) + UncommonSize > region.Length)
            return "";
        var path = BinaryPrimitives.ReadUInt32LittleEndian(region[(offset + KindSize(kind))..]);
        return TypeScan.TryName(region, path, out var name) ? TypeScan.Text(name) : "";
    }

    /// <summary>Bytes of a descriptor before its uncommon part.</summary>
    int KindSize(GoKind kind) => kind switch
    {
        GoKind.Struct or GoKind.Interface => 80,
        GoKind.Pointer or GoKind.Slice or GoKind.Func => 56,
        GoKind.Chan => 64,
        GoKind.Array => 72,
        // Buckets to 1.23, Swiss tables from 1.24 (with split groups from 1.27): internal/abi/map*.go.
        GoKind.Map => version.AtLeast(1, 27) ? 128 : version.AtLeast(1, 24) ? 112 : 88,
        _ => TypeScan.HeaderSize,
    };

    (ulong Element, ulong Key, long Length) Parts(ulong address, GoKind kind)
    {
        Span<byte> own = stackalloc byte[24];
        own[image.Memory.Read(address + TypeScan.HeaderSize, own)..].Clear();
        var (first, second, third) = (Word(own, 0), Word(own, 8), Word(own, 16));
        return kind switch
        {
            GoKind.Pointer or GoKind.Slice or GoKind.Chan => (first, 0, 0),
            GoKind.Array => (first, 0, third <= long.MaxValue ? (long)third : 0),
            GoKind.Map => (second, first, 0),
            _ => (0, 0, 0),
        };
    }

    bool TryFields(ulong address, long size, [NotNullWhen(true)] out List<StructField>? fields)
    {
        fields = null;
        Span<byte> slice = stackalloc byte[32];
        if (!image.TryRead(address + TypeScan.HeaderSize, slice))
            return false;
        var (array, count, capacity) = (Word(slice, 8), Word(slice, 16), Word(slice, 24));
        if (count > GoBinaryLimits.MaxFields || capacity < count)
            return false;
        var bytes = new byte[(int)count * 24];
        if (!image.TryRead(array, bytes))
            return false;
        var result = new List<StructField>((int)count);
        for (var i = 0; i < (int)count; i++)
        {
            var entry = bytes.AsSpan(24 * i, 24);
            var offset = Word(entry, 16);
            if (!image.TryRaw(Word(entry, 0), out var raw) || !TypeScan.TryName(raw, out var name, out var flags) || name.Length == 0
                || !TryDescribe(Word(entry, 8), out var type) || type.Size > size || offset > (ulong)(size - type.Size))
                return false;
            result.Add(new StructField(
                TypeScan.Text(name), (int)offset, (int)type.Size, type.QualifiedName, type.Kind, type.Address,
                (int)Math.Min(type.Length, int.MaxValue), Embedded: (flags & 8) != 0));
        }
        fields = result;
        return true;
    }

    StructLayout? Nested(StructField field)
    {
        var address = field.TypeAddress;
        // An array's element, or the element's element of an array of arrays.
        for (var depth = 0; depth < 4 && TryDescribe(address, out var type); depth++)
        {
            if (type.Kind == GoKind.Struct)
                return TryGetStructAt(address, out var layout) ? layout : null;
            if (type.Kind != GoKind.Array)
                return null;
            address = type.ElementAddress;
        }
        return null;
    }

    static ulong Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
