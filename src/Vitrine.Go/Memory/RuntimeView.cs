using Vitrine.Go.Binary;
using Vitrine.Instruments;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Memory;

/// <summary>
/// What a reader of the runtime's own structures needs of a process, and no more: its memory, its Go version, where its globals are
/// (run-time addresses) and how its structs are laid out. A live process, a core dump and bytes in a test all look the same from here.
/// </summary>
/// <param name="memory">The process's memory.</param>
/// <param name="version">The Go version it was built with.</param>
/// <param name="architecture">GOARCH.</param>
/// <param name="addressOf">Finds the run-time address of a global such as <c>runtime.memstats</c>.</param>
/// <param name="layoutOf">Finds the layout of a struct such as <c>runtime.mspan</c>.</param>
public sealed class RuntimeView(
    IMemoryReader memory, GoVersion version, string architecture, Func<string, Known<ulong>> addressOf, Func<string, Known<StructLayout>> layoutOf)
{
    /// <summary>The process's memory.</summary>
    public IMemoryReader Memory { get; } = memory;

    /// <summary>The Go version the process was built with.</summary>
    public GoVersion Version { get; } = version;

    /// <summary>GOARCH: <c>amd64</c> or <c>arm64</c>.</summary>
    public string Architecture { get; } = architecture;

    /// <summary>The run-time address of a global; unknown with the reason.</summary>
    public Known<ulong> AddressOf(string global) => addressOf(global);

    /// <summary>The layout of a struct; unknown with the reason.</summary>
    public Known<StructLayout> LayoutOf(string name) => layoutOf(name);

    /// <summary>Reads a global of 1, 2, 4 or 8 bytes.</summary>
    public Known<ulong> ReadScalar(string global, int size)
    {
        Known<ulong> address = AddressOf(global);
        if (!address.IsKnown)
            return address;
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        return Memory.TryRead(address.Value, bytes[..size])
            ? Known<ulong>.Of(BitConverter.ToUInt64(bytes), Provenance.Read($"{global} ({address.Provenance.Route})"))
            : Known<ulong>.Unknown($"{global} at 0x{address.Value:x} is not readable");
    }

    /// <summary>Reads a global struct whole.</summary>
    public Known<StructImage> ReadStruct(string global, string layoutName)
    {
        Known<ulong> address = AddressOf(global);
        if (!address.IsKnown)
            return Known<StructImage>.Unknown(address.Reason);
        Known<StructLayout> layout = LayoutOf(layoutName);
        if (!layout.IsKnown)
            return Known<StructImage>.Unknown(layout.Reason);
        return StructImage.TryRead(Memory, address.Value, layout.Value, out StructImage? image)
            ? Known<StructImage>.Of(image, address.Provenance)
            : Known<StructImage>.Unknown($"{global} at 0x{address.Value:x} is not readable ({layout.Value.Size} bytes)");
    }

    /// <summary>Reads the header of a global slice and checks its length against <paramref name="limit"/>.</summary>
    public Known<(ulong Array, int Length)> ReadSlice(string global, int limit)
    {
        Known<ulong> address = AddressOf(global);
        if (!address.IsKnown)
            return Known<(ulong, int)>.Unknown(address.Reason);
        Span<ulong> header = stackalloc ulong[3];
        if (!Memory.TryRead(address.Value, System.Runtime.InteropServices.MemoryMarshal.AsBytes(header)))
            return Known<(ulong, int)>.Unknown($"{global} at 0x{address.Value:x} is not readable");
        // The length comes from the target: a slice is only believed when it is a slice (len <= cap) and within the bound.
        return header[1] <= header[2] && header[1] <= (ulong)limit
            ? Known<(ulong, int)>.Of((header[0], (int)header[1]), Provenance.Read($"{global} ({address.Provenance.Route})"))
            : Known<(ulong, int)>.Unknown($"{global} at 0x{address.Value:x} is no slice of at most {limit} elements (length {header[1]}, capacity {header[2]})");
    }
}
