using System.Diagnostics.CodeAnalysis;
using Vitrine.Go.Binary;
using Vitrine.Go.Layouts;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Globals;

/// <summary>What the checks in memory work with: typed reads at run-time addresses, all of them allowed to fail.</summary>
sealed class LiveCheckContext(IMemoryReader memory, ulong bias, LayoutLadder layouts, Func<string, ulong?> linkTimeAddress)
{
    /// <summary>Run-time address of a variable that has at least a provisional address.</summary>
    public bool TryAddress(string name, out ulong address)
    {
        ulong? found = linkTimeAddress(name);
        address = (found ?? 0) + bias;
        return found is not null;
    }

    /// <summary>Reads eight bytes.</summary>
    public bool TryUInt64(ulong address, out ulong value) => memory.TryReadUInt64(address, out value);

    /// <summary>Reads four bytes.</summary>
    public bool TryUInt32(ulong address, out uint value) => memory.TryReadUInt32(address, out value);

    /// <summary>Reads two bytes.</summary>
    public bool TryUInt16(ulong address, out ushort value) => memory.TryReadUInt16(address, out value);

    /// <summary>Reads one byte.</summary>
    public bool TryUInt8(ulong address, out byte value) => memory.TryReadUInt8(address, out value);

    /// <summary>Reads text; null when it is not readable or longer than <paramref name="limit"/> bytes.</summary>
    public string? Text(ulong address, ulong length, int limit) => length > (ulong)limit ? null : memory.ReadUtf8(address, (int)length, limit);

    /// <summary>Reads a slice header whose length lies in its capacity.</summary>
    public bool TrySlice(ulong address, out ulong array, out ulong length)
    {
        length = 0;
        return TryUInt64(address, out array) && TryUInt64(address + 8, out length) && TryUInt64(address + 16, out ulong capacity)
            && length <= capacity && (array != 0 || capacity == 0);
    }

    /// <summary>Layout of a runtime struct.</summary>
    public bool TryLayout(string name, [NotNullWhen(true)] out StructLayout? layout) => layouts.TryFind(name, out layout);

    /// <summary>Reads an eight-byte field of a struct.</summary>
    public bool TryField(ulong address, StructLayout layout, string path, out ulong value)
    {
        value = 0;
        return layout.OffsetOf(path) is { } offset && TryUInt64(address + (ulong)offset, out value);
    }

    /// <summary>Reads a four-byte field of a struct.</summary>
    public bool TryField32(ulong address, StructLayout layout, string path, out uint value)
    {
        value = 0;
        return layout.OffsetOf(path) is { } offset && TryUInt32(address + (ulong)offset, out value);
    }
}
