using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Vitrine.Go.Binary;
using Vitrine.Instruments;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Memory;

/// <summary>The bytes of one struct of the target at one moment, with the layout to take them apart.</summary>
public sealed class StructImage
{
    readonly byte[] _bytes;

    StructImage(ulong address, StructLayout layout, byte[] bytes)
    {
        Address = address;
        Layout = layout;
        _bytes = bytes;
    }

    /// <summary>Where the struct is in the target.</summary>
    public ulong Address { get; }

    /// <summary>How it is laid out.</summary>
    public StructLayout Layout { get; }

    /// <summary>Its bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Reads a struct; false when it is not readable in full or is larger than <see cref="RuntimeLimits.MaxStructBytes"/>.</summary>
    public static bool TryRead(IMemoryReader memory, ulong address, StructLayout layout, [NotNullWhen(true)] out StructImage? image)
    {
        image = null;
        if (layout.Size is <= 0 or > RuntimeLimits.MaxStructBytes)
            return false;
        var bytes = new byte[layout.Size];
        if (!memory.TryRead(address, bytes))
            return false;
        image = new StructImage(address, layout, bytes);
        return true;
    }

    /// <summary>Wraps bytes that were read elsewhere, for example by a plan.</summary>
    public static StructImage Of(ulong address, StructLayout layout, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes.Length, layout.Size);
        return new StructImage(address, layout, bytes[..layout.Size].ToArray());
    }

    /// <summary>A number of 1 to 8 bytes without sign; false when this Go version has no such field or it is wider.</summary>
    public bool TryGet(string path, out ulong value)
    {
        value = 0;
        return Layout.TryGetField(path, out StructField field) && TryGetAt(field.Offset, field.Size, out value);
    }

    /// <summary>A field that must be there, without sign.</summary>
    /// <exception cref="GoBinaryException">This Go version has no such field.</exception>
    public ulong Get(string path)
    {
        int offset = Layout.RequiredOffset(path);
        return Layout.TryGetField(path, out StructField field) && TryGetAt(offset, field.Size, out ulong value)
            ? value
            : throw new GoBinaryException($"field {path} of struct {Layout.Name} is not a number of at most 8 bytes ({Layout.Source})");
    }

    /// <summary>A field of 4 bytes with sign that must be there.</summary>
    /// <exception cref="GoBinaryException">This Go version has no such field.</exception>
    public int GetInt32(string path) => (int)(uint)Get(path);

    /// <summary>A field as a figure, with its route; unknown when this Go version has no such field.</summary>
    public Known<ulong> Figure(string owner, string path) =>
        TryGet(path, out ulong value)
            ? Known<ulong>.Of(value, Provenance.Read($"{owner}.{path}"))
            : Known<ulong>.Unknown($"struct {Layout.Name} has no field {path} in this Go version ({Layout.Source})");

    /// <summary>Eight bytes at an offset; false when they are outside the struct.</summary>
    public bool TryGetUInt64At(int offset, out ulong value) => TryGetAt(offset, 8, out value);

    bool TryGetAt(int offset, int size, out ulong value)
    {
        value = 0;
        if (size is not (1 or 2 or 4 or 8) || offset < 0 || offset > _bytes.Length - size)
            return false;
        ReadOnlySpan<byte> at = _bytes.AsSpan(offset, size);
        value = size switch
        {
            1 => at[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(at),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(at),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(at),
        };
        return true;
    }
}
