using System.Buffers.Binary;
using System.IO.Compression;

namespace Vitrine.Linux.Binaries;

/// <summary>Inflates compressed debug sections: SHF_COMPRESSED (ELF's own header) and the older .zdebug_* ("ZLIB" and a big-endian size).</summary>
internal static unsafe class ElfDecompressor
{
    const uint Zlib = 1, Zstandard = 2;

    // Deflate cannot do better than 1032:1, so a larger claim is a lie and is refused before memory is taken for it.
    const ulong BestRatio = 1032;

    public static byte[] Decompress(ElfFile file, ElfSection section, ReadOnlySpan<byte> raw)
    {
        ulong size;
        int header;
        if (section.Name.StartsWith(".zdebug", StringComparison.Ordinal))
        {
            header = 12;
            if (raw.Length < header || !raw.StartsWith("ZLIB"u8))
                throw Bad(file, section, "has no ZLIB header");
            size = BinaryPrimitives.ReadUInt64BigEndian(raw[4..]);
        }
        else
        {
            header = 24;
            if (raw.Length < header)
                throw Bad(file, section, "is too short for a compression header");
            var kind = BinaryPrimitives.ReadUInt32LittleEndian(raw);
            if (kind == Zstandard)
                throw Bad(file, section, "is compressed with zstd, which is not supported; decompress a copy with `objcopy --decompress-debug-sections`");
            if (kind != Zlib)
                throw Bad(file, section, $"is compressed by an unknown method ({kind})");
            size = BinaryPrimitives.ReadUInt64LittleEndian(raw[8..]);
        }

        var body = raw[header..];
        if (size > (ulong)file.Limits.MaxDecompressedSectionBytes || size > (ulong)Array.MaxLength)
            throw Bad(file, section, $"claims {size} bytes after decompression, the limit is {file.Limits.MaxDecompressedSectionBytes} (Limits.MaxDecompressedSectionBytes)");
        if (size > (ulong)body.Length * BestRatio + BestRatio)
            throw Bad(file, section, $"claims {size} bytes after decompression of {body.Length}, which zlib cannot reach");

        var result = GC.AllocateUninitializedArray<byte>((int)size);
        try
        {
            fixed (byte* start = body)
            {
                using var source = new UnmanagedMemoryStream(start, body.Length);
                using var inflate = new ZLibStream(source, CompressionMode.Decompress);
                inflate.ReadExactly(result);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new BadBinaryException($"{file.Name}: section {section.Name} at offset 0x{section.Offset:x} cannot be decompressed ({e.Message}).", e);
        }
        return result;
    }

    static BadBinaryException Bad(ElfFile file, ElfSection section, string what) =>
        new($"{file.Name}: section {section.Name} at offset 0x{section.Offset:x} {what}.");
}
