using System.Globalization;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Probes.Btf;

/// <summary>
/// Finds the BTF type of a field: by its descriptor when the layout comes from descriptors; else by the name of its type, because DWARF and the tables say no more
/// than name and size.
/// </summary>
sealed class GoBtfFields(GoBinary binary, GoBtfStructs structs)
{
    /// <summary>Arrays in arrays, and atomic types in atomic types.</summary>
    const int MaxNesting = 16;

    readonly BtfTypeTable table = structs.Table;

    /// <summary>Id of the type of a field.</summary>
    public int TypeOf(in StructField field, StructLayout of, int depth)
    {
        if (field.TypeAddress != 0 && binary.Types.TryDescribe(field.TypeAddress, out var type))
            return TypeOf(type, depth, 0);
        return ByName(field.TypeName, field.Kind, field.Size, of.Nested(field), depth, 0);
    }

    int TypeOf(in GoType type, int depth, int nesting)
    {
        if (SizeOf(type.Kind) is { } size && size != type.Size)
            return table.Opaque(type.Size);
        return type.Kind switch
        {
            GoKind.Pointer => table.Pointer(structs.RootAt(type.ElementAddress)),
            GoKind.Array => Array(type, depth, nesting),
            GoKind.Struct => Scalar(type, 0) ?? structs.ByValue(type, this, depth) ?? table.Opaque(type.Size),
            _ => Simple(type.Kind) ?? table.Opaque(type.Size),
        };
    }

    int Array(in GoType type, int depth, int nesting)
    {
        if (nesting < MaxNesting && type.Length is >= 0 and <= uint.MaxValue && binary.Types.TryDescribe(type.ElementAddress, out var element)
            && (type.Length == 0 ? type.Size == 0 : type.Size % type.Length == 0 && type.Size / type.Length == element.Size))
            return table.Array(TypeOf(element, depth, nesting + 1), (uint)type.Length);
        return table.Opaque(type.Size);
    }

    /// <summary>
    /// The scalar that a type of an atomic package holds beside fields without a size (align64, noCopy, the pointer's type); null for other types.
    /// Source: https://github.com/golang/go/blob/go1.26.0/src/internal/runtime/atomic/types.go and src/sync/atomic/type.go.
    /// </summary>
    int? Scalar(in GoType type, int nesting)
    {
        if (nesting == MaxNesting || !(type.PackagePath == "atomic" || type.PackagePath.EndsWith("/atomic", StringComparison.Ordinal))
            || !binary.Types.TryGetStructAt(type.Address, out var layout))
            return null;
        StructField? only = null;
        foreach (var field in layout.Fields)
        {
            if (field.Size == 0)
                continue;
            if (only is not null || field.Offset != 0 || field.Size != type.Size)
                return null;
            only = field;
        }
        if (only is not { } held || !binary.Types.TryDescribe(held.TypeAddress, out var inner))
            return null;
        return inner.Kind switch
        {
            GoKind.Struct => Scalar(inner, nesting + 1),
            GoKind.String or GoKind.Slice or GoKind.Interface or GoKind.Array or GoKind.Complex64 or GoKind.Complex128 => null,
            GoKind.Pointer => table.Pointer(structs.RootAt(inner.ElementAddress)),
            _ => Simple(inner.Kind),
        };
    }

    int ByName(string name, GoKind kind, long size, StructLayout? nested, int depth, int nesting)
    {
        if (name.StartsWith('*') && size == 8)
            return table.Pointer(structs.Root(name[1..]));
        if (name.StartsWith("[]", StringComparison.Ordinal) && size == 24)
            return table.Slice;
        if (name.StartsWith('[') && name.IndexOf(']', StringComparison.Ordinal) is > 1 and var close)
        {
            return nesting < MaxNesting && long.TryParse(name.AsSpan(1, close - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                && length is > 0 and <= uint.MaxValue && size % length == 0
                ? table.Array(ByName(name[(close + 1)..], GoKind.Invalid, size / length, nested, depth, nesting + 1), (uint)length)
                : table.Opaque(size);
        }
        if (Predeclared(name) is var simple and not GoKind.Invalid && SizeOf(simple) == size)
            return Simple(simple) ?? table.Opaque(size);
        // The binary may describe the field's type although it does not describe the struct: that says most.
        if (name.Contains('.', StringComparison.Ordinal) && binary.Types.TryFind(name, out var address) && binary.Types.TryDescribe(address, out var type) && type.Size == size)
            return TypeOf(type, depth, nesting);
        if (nested is not null && nested.Size == size)
            return ScalarByName(nested, 0) ?? structs.ByValue(nested, this, depth) ?? table.Opaque(size);
        return SizeOf(kind) == size && Simple(kind) is { } known ? known : table.Opaque(size);
    }

    /// <summary>As <see cref="Scalar"/>, for a layout without descriptor.</summary>
    int? ScalarByName(StructLayout layout, int nesting)
    {
        var dot = layout.Name.LastIndexOf('.');
        if (nesting == MaxNesting || dot < 0 || !(layout.Name[..dot] is var package && (package == "atomic" || package.EndsWith("/atomic", StringComparison.Ordinal))))
            return null;
        StructField? only = null;
        foreach (var field in layout.Fields.Where(static field => field.Size > 0))
        {
            if (only is not null || field.Offset != 0 || field.Size != layout.Size)
                return null;
            only = field;
        }
        if (only is not { } held)
            return null;
        if (layout.Nested(held) is { } inner)
            return ScalarByName(inner, nesting + 1);
        return Predeclared(held.TypeName) is var kind and not (GoKind.Invalid or GoKind.String or GoKind.Interface) && SizeOf(kind) == held.Size ? Simple(kind) : null;
    }

    /// <summary>The type of a kind that needs no further description; null for the others.</summary>
    int? Simple(GoKind kind) => kind switch
    {
        GoKind.Bool => table.Bool,
        GoKind.Int8 or GoKind.Int16 or GoKind.Int32 or GoKind.Int64 or GoKind.Int => table.Signed(SizeOf(kind)!.Value),
        GoKind.UInt8 or GoKind.UInt16 or GoKind.UInt32 or GoKind.UInt64 or GoKind.UInt or GoKind.UIntPtr => table.Unsigned(SizeOf(kind)!.Value),
        GoKind.Float32 or GoKind.Float64 => table.Float(SizeOf(kind)!.Value),
        GoKind.Complex64 or GoKind.Complex128 => table.Complex(SizeOf(kind)!.Value / 2),
        GoKind.Pointer or GoKind.UnsafePointer or GoKind.Chan or GoKind.Map or GoKind.Func => table.VoidPointer,
        GoKind.String => table.String,
        GoKind.Slice => table.Slice,
        GoKind.Interface => table.Interface,
        _ => null,
    };

    /// <summary>Bytes of a value on the 64-bit machines that Vitrine knows; null for arrays and structs.</summary>
    static int? SizeOf(GoKind kind) => kind switch
    {
        GoKind.Bool or GoKind.Int8 or GoKind.UInt8 => 1,
        GoKind.Int16 or GoKind.UInt16 => 2,
        GoKind.Int32 or GoKind.UInt32 or GoKind.Float32 => 4,
        GoKind.Complex128 or GoKind.String or GoKind.Interface => 16,
        GoKind.Slice => 24,
        GoKind.Array or GoKind.Struct or GoKind.Invalid => null,
        _ => 8,
    };

    /// <summary>The kind of a type whose name alone says it.</summary>
    static GoKind Predeclared(string name) => name switch
    {
        "bool" => GoKind.Bool,
        "int" => GoKind.Int,
        "int8" => GoKind.Int8,
        "int16" => GoKind.Int16,
        "int32" => GoKind.Int32,
        "int64" => GoKind.Int64,
        "uint" => GoKind.UInt,
        "uint8" => GoKind.UInt8,
        "uint16" => GoKind.UInt16,
        "uint32" => GoKind.UInt32,
        "uint64" => GoKind.UInt64,
        "uintptr" => GoKind.UIntPtr,
        "float32" => GoKind.Float32,
        "float64" => GoKind.Float64,
        "complex64" => GoKind.Complex64,
        "complex128" => GoKind.Complex128,
        "string" => GoKind.String,
        "error" => GoKind.Interface,
        "unsafe.Pointer" => GoKind.UnsafePointer,
        _ when name.StartsWith("interface {", StringComparison.Ordinal) => GoKind.Interface,
        _ when name.StartsWith("map[", StringComparison.Ordinal) => GoKind.Map,
        _ when name.StartsWith("func(", StringComparison.Ordinal) => GoKind.Func,
        _ when name.StartsWith("chan ", StringComparison.Ordinal) || name.StartsWith("chan<- ", StringComparison.Ordinal) || name.StartsWith("<-chan ", StringComparison.Ordinal) => GoKind.Chan,
        _ => GoKind.Invalid,
    };
}
