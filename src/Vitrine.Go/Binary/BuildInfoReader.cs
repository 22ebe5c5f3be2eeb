using System.Buffers.Binary;
using System.Text;
using Vitrine.Linux.Binaries;

namespace Vitrine.Go.Binary;

/// <summary>
/// Finds and reads the build info blob: magic, pointer size, flags, then (Go 1.18+) two strings with their lengths in place, or (before)
/// two pointers to string headers. Source: https://github.com/golang/go/blob/go1.26.0/src/debug/buildinfo/buildinfo.go.
/// </summary>
static class BuildInfoReader
{
    const int HeaderSize = 32;
    const int Alignment = 16;
    const int MarkBytes = 16;

    // 0xff " Go buildinf:"
    static ReadOnlySpan<byte> Magic => [0xff, 0x20, 0x47, 0x6f, 0x20, 0x62, 0x75, 0x69, 0x6c, 0x64, 0x69, 0x6e, 0x66, 0x3a];

    /// <summary>True when the blob is where the linker puts it; touches a page or two.</summary>
    public static bool Exists(ElfFile elf)
    {
        if (elf.Section(".go.buildinfo") is { } section)
            return Bytes(elf, section.Offset, section.Size) is var bytes && bytes.StartsWith(Magic);
        foreach (var segment in elf.Segments)
        {
            // Without section headers: the blob opens the data segment.
            if (segment.Type == ElfSegment.Load && (segment.Flags & 2) != 0 && Bytes(elf, segment.Offset, Math.Min(segment.FileSize, 4096)).IndexOf(Magic) >= 0)
                return true;
        }
        return false;
    }

    /// <summary>Reads the blob; null when the binary has none.</summary>
    public static BuildInfo? Read(BinaryImage image)
    {
        if (!TryFind(image, out var address) || !TryTexts(image, address, out var version, out var module))
            return null;
        return BuildInfoParser.Parse(Encoding.UTF8.GetString(version), Encoding.UTF8.GetString(Unframe(module)));
    }

    static ReadOnlySpan<byte> Bytes(ElfFile elf, ulong offset, ulong length) =>
        offset >= elf.Length ? default : elf.Bytes(offset, Math.Min(length, elf.Length - offset));

    static bool TryFind(BinaryImage image, out ulong address)
    {
        if (image.Elf.Section(".go.buildinfo") is { IsNoBits: false } section && image.TryRaw(section.Address, out var bytes)
            && TrySearch(bytes[..(int)Math.Min(section.Size, (ulong)bytes.Length)], section.Address, out address))
            return true;
        foreach (var segment in image.Loads.OrderBy(s => (s.Flags & 2) == 0).ThenBy(s => (s.Flags & 1) != 0))
        {
            if (image.TryRaw(segment.Address, out bytes) && TrySearch(bytes[..Math.Min(bytes.Length, GoBinaryLimits.MaxBuildInfoSearchBytes)], segment.Address, out address))
                return true;
        }
        address = 0;
        return false;
    }

    static bool TrySearch(ReadOnlySpan<byte> bytes, ulong start, out ulong address)
    {
        for (var at = 0; bytes.Length - at >= HeaderSize;)
        {
            var hit = bytes[at..].IndexOf(Magic);
            if (hit < 0)
                break;
            at += hit;
            address = start + (ulong)at;
            // The same bytes appear unaligned as a constant in programs that read build info themselves.
            if (address % Alignment == 0 && bytes.Length - at >= HeaderSize)
                return true;
            at++;
        }
        address = 0;
        return false;
    }

    /// <summary>The module text stands between two marks of 16 bytes that are not text; without them there is none, as in Go's own reader.</summary>
    static ReadOnlySpan<byte> Unframe(ReadOnlySpan<byte> module) =>
        module.Length > 2 * MarkBytes && module[^(MarkBytes + 1)] == (byte)'\n' ? module[MarkBytes..^MarkBytes] : default;

    static bool TryTexts(BinaryImage image, ulong address, out ReadOnlySpan<byte> version, out ReadOnlySpan<byte> module)
    {
        version = module = default;
        Span<byte> header = stackalloc byte[HeaderSize];
        if (!image.TryRead(address, header))
            return false;
        int pointerSize = header[14], flags = header[15];
        if ((flags & 2) != 0)
            return image.TryRaw(address + HeaderSize, out var bytes) && TryInline(ref bytes, out version) && TryInline(ref bytes, out module);
        // Pointers to Go string headers; big-endian targets (flag 1) are no targets of Vitrine.
        if ((flags & 1) != 0 || pointerSize != 8)
            return false;
        if (!TryPointed(image, BinaryPrimitives.ReadUInt64LittleEndian(header[16..]), out version))
            return false;
        // Built without module support: no module text, yet the version counts.
        TryPointed(image, BinaryPrimitives.ReadUInt64LittleEndian(header[24..]), out module);
        return true;
    }

    static bool TryInline(scoped ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> text)
    {
        text = default;
        ulong length = 0;
        for (var i = 0; i < Math.Min(bytes.Length, 5); i++)
        {
            length |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if ((bytes[i] & 0x80) != 0)
                continue;
            bytes = bytes[(i + 1)..];
            if (length > GoBinaryLimits.MaxBuildInfoBytes || length > (ulong)bytes.Length)
                return false;
            text = bytes[..(int)length];
            bytes = bytes[(int)length..];
            return true;
        }
        return false;
    }

    static bool TryPointed(BinaryImage image, ulong header, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!image.TryReadPointer(header, out var data) || !image.TryReadPointer(unchecked(header + 8), out var length) || length > GoBinaryLimits.MaxBuildInfoBytes
            || !image.TryRaw(data, out var bytes) || length > (ulong)bytes.Length)
            return false;
        text = bytes[..(int)length];
        return true;
    }
}
