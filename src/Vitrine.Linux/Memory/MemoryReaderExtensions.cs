using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Vitrine.Linux.Memory;

/// <summary>All-or-nothing reads of small values. Every target so far is little endian and so is every viewer (x86-64, arm64).</summary>
public static class MemoryReaderExtensions
{
    /// <summary>Fills <paramref name="destination"/> completely, or returns false.</summary>
    public static bool TryRead(this IMemoryReader memory, ulong address, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(memory);
        return memory.Read(address, destination) == destination.Length;
    }

    /// <summary>Reads a value without references, laid out as in the target.</summary>
    public static bool TryReadStruct<T>(this IMemoryReader memory, ulong address, out T value) where T : unmanaged
    {
        value = default;
        return memory.TryRead(address, MemoryMarshal.AsBytes(new Span<T>(ref value)));
    }

    /// <summary>Reads one byte.</summary>
    public static bool TryReadUInt8(this IMemoryReader memory, ulong address, out byte value) => memory.TryReadStruct(address, out value);

    /// <summary>Reads two bytes, little endian.</summary>
    public static bool TryReadUInt16(this IMemoryReader memory, ulong address, out ushort value) => memory.TryReadStruct(address, out value);

    /// <summary>Reads four bytes, little endian.</summary>
    public static bool TryReadUInt32(this IMemoryReader memory, ulong address, out uint value) => memory.TryReadStruct(address, out value);

    /// <summary>Reads eight bytes, little endian.</summary>
    public static bool TryReadUInt64(this IMemoryReader memory, ulong address, out ulong value) => memory.TryReadStruct(address, out value);

    /// <summary>Reads a pointer of the size that the address space has (<see cref="IMemoryReader.PointerSize"/>).</summary>
    public static bool TryReadPointer(this IMemoryReader memory, ulong address, out ulong value)
    {
        ArgumentNullException.ThrowIfNull(memory);
        if (memory.PointerSize == 8)
            return memory.TryReadUInt64(address, out value);

        var ok = memory.TryReadUInt32(address, out var narrow);
        value = narrow;
        return ok;
    }

    /// <summary>
    /// Reads <paramref name="length"/> bytes as UTF-8. Null when they are not readable or when the length, which usually comes
    /// from the target, is negative or above <paramref name="limit"/>. Invalid sequences become U+FFFD.
    /// </summary>
    [SkipLocalsInit]
    public static string? ReadUtf8(this IMemoryReader memory, ulong address, int length, int limit)
    {
        ArgumentNullException.ThrowIfNull(memory);
        if (length < 0 || length > limit)
            return null;
        if (length == 0)
            return "";

        Span<byte> bytes = length <= 512 ? stackalloc byte[length] : new byte[length];
        return memory.TryRead(address, bytes) ? Encoding.UTF8.GetString(bytes) : null;
    }
}
