using System.Buffers.Binary;
using System.Text;

namespace Vitrine.Go.Binary;

/// <summary>
/// Reads the fixed part of type descriptors in place. None of it is a pointer, so unrelocated bytes will do.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/internal/abi/type.go (Type, Name); the same from Go 1.19 to 1.27.
/// </summary>
static class TypeScan
{
    /// <summary>Bytes of the part that all kinds share.</summary>
    public const int HeaderSize = 48;

    public const byte FlagUncommon = 1;
    public const byte FlagExtraStar = 2;
    public const byte FlagNamed = 4;

    const int KindMask = 31;
    const int SampleBytes = 64 * 1024;
    const int MinPlausible = 8;

    /// <summary>Kind of the descriptor; bits 5 to 7 were flags before Go 1.26.</summary>
    public static GoKind Kind(ReadOnlySpan<byte> header) => (GoKind)(header[23] & KindMask);

    public static byte Flags(ReadOnlySpan<byte> header) => header[20];

    public static ulong Size(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt64LittleEndian(header);

    public static uint NameOffset(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[40..]);

    /// <summary>True when the bytes at <paramref name="offset"/> of the type region can be a descriptor: kind, flags, alignments, sizes and name are in range.</summary>
    public static bool IsPlausible(ReadOnlySpan<byte> region, int offset)
    {
        if (offset < 0 || region.Length - offset < HeaderSize)
            return false;
        var header = region.Slice(offset, HeaderSize);
        // Cheapest and most selective first: most positions fail here.
        var kind = header[23] & KindMask;
        if (kind is < (int)GoKind.Bool or > (int)GoKind.UnsafePointer || header[20] >= 64)
            return false;
        if (!IsAlignment(header[21]) || !IsAlignment(header[22]))
            return false;
        var size = Size(header);
        if (size > 1UL << 40 || BinaryPrimitives.ReadUInt64LittleEndian(header[8..]) > size)
            return false;
        return TryName(region, NameOffset(header), out var name) && name.Length > 0;
    }

    /// <summary>The bytes of a name: a flag byte, a variable-length length, the text.</summary>
    public static bool TryName(ReadOnlySpan<byte> region, uint offset, out ReadOnlySpan<byte> name)
    {
        if (offset != 0 && offset < (uint)region.Length)
            return TryName(region[(int)offset..], out name, out _);
        name = default;
        return false;
    }

    /// <summary>The bytes of the name that <paramref name="bytes"/> begin with, and its flags (1 exported, 2 tag, 4 package path, 8 embedded).</summary>
    public static bool TryName(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> name, out byte flags)
    {
        name = default;
        flags = 0;
        if (bytes.Length < 2 || bytes[0] > 15)
            return false;
        flags = bytes[0];
        var length = 0;
        for (var i = 1; i <= 3 && i < bytes.Length; i++)
        {
            length |= (bytes[i] & 0x7f) << (7 * (i - 1));
            if ((bytes[i] & 0x80) != 0)
                continue;
            if (length > GoBinaryLimits.MaxTypeNameBytes || length > bytes.Length - i - 1)
                return false;
            name = bytes.Slice(i + 1, length);
            return true;
        }
        return false;
    }

    /// <summary>The name of the type at <paramref name="offset"/>, without the extra star that pointer and value share in the binary.</summary>
    public static ReadOnlySpan<byte> TypeName(ReadOnlySpan<byte> region, int offset)
    {
        var header = region.Slice(offset, HeaderSize);
        if (!TryName(region, NameOffset(header), out var name))
            return default;
        return (Flags(header) & FlagExtraStar) != 0 && name.Length > 0 && name[0] == (byte)'*' ? name[1..] : name;
    }

    /// <summary>The part behind the package: <c>Request</c> of <c>http.Request</c>, <c>List[a/b.T]</c> of <c>x.List[a/b.T]</c>.</summary>
    public static ReadOnlySpan<byte> BareName(ReadOnlySpan<byte> name)
    {
        var bracket = name.IndexOf((byte)'[');
        var dot = (bracket < 0 ? name : name[..bracket]).LastIndexOf((byte)'.');
        return name[(dot + 1)..];
    }

    public static uint Hash(ReadOnlySpan<byte> name)
    {
        var hash = 2166136261u;
        foreach (var b in name)
            hash = (hash ^ b) * 16777619u;
        return hash;
    }

    /// <summary>True when the start of the range holds descriptors; used to recognise the types of an unknown Go version.</summary>
    public static bool LooksLikeTypes(BinaryImage image, ulong types, ulong end)
    {
        if (!image.TryRaw(types, out var region))
            return false;
        region = region[..(int)Math.Min(end - types, (ulong)region.Length)];
        var plausible = 0;
        for (var offset = 0; offset < Math.Min(region.Length, SampleBytes); offset += 8)
        {
            if (IsPlausible(region, offset) && ++plausible >= MinPlausible)
                return true;
        }
        return false;
    }

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    static bool IsAlignment(byte value) => value is 1 or 2 or 4 or 8 or 16;
}
