using System.Buffers.Binary;
using System.Text;

namespace Vitrine.Linux.Tests.Support;

/// <summary>Makes small ELF files for tests: sections by name, or a core dump.</summary>
static class ElfBuilder
{
    public static byte[] Build(params (string Name, byte[] Contents)[] sections)
    {
        var names = new MemoryStream();
        names.WriteByte(0);
        var file = new MemoryStream();
        file.Write(new byte[64]);
        var table = new List<byte[]> { new byte[64] };
        foreach (var (name, contents) in sections)
        {
            table.Add(Section((uint)names.Length, 1, (ulong)file.Length, (ulong)contents.Length));
            names.Write(Encoding.ASCII.GetBytes(name + "\0"));
            file.Write(contents);
        }
        table.Add(Section((uint)names.Length, 3, (ulong)file.Length, (ulong)names.Length + 10));
        names.Write(".shstrtab\0"u8);
        file.Write(names.ToArray());
        var at = file.Length;
        foreach (var entry in table)
            file.Write(entry);
        var bytes = file.ToArray();
        Header(bytes, type: 2, segmentsAt: 0, segments: 0, sectionsAt: (ulong)at, sections: table.Count);
        return bytes;
    }

    /// <summary>A core dump with two threads, one mapped file, and 8 KiB of memory at 0x400000 of which the second page is left out.</summary>
    public static byte[] Core(string mappedFile = "/no/such/file", byte[]? memory = null)
    {
        var notes = new MemoryStream();
        foreach (var (id, pc) in new[] { (101, 0x400010UL), (102, 0x400020UL) })
        {
            var status = new byte[336];
            BinaryPrimitives.WriteInt32LittleEndian(status.AsSpan(32), id);
            BinaryPrimitives.WriteInt16LittleEndian(status.AsSpan(12), 6);
            BinaryPrimitives.WriteUInt64LittleEndian(status.AsSpan(112 + 16 * 8), pc);
            BinaryPrimitives.WriteUInt64LittleEndian(status.AsSpan(112 + 19 * 8), 0x7fff0000);
            BinaryPrimitives.WriteUInt64LittleEndian(status.AsSpan(112 + 4 * 8), 0x7fff0100);
            BinaryPrimitives.WriteUInt64LittleEndian(status.AsSpan(112 + 1 * 8), 0xc000002000);
            Note(notes, 1, status);
        }
        var info = new byte[136];
        BinaryPrimitives.WriteInt32LittleEndian(info.AsSpan(24), 101);
        "server"u8.CopyTo(info.AsSpan(40));
        "server -v \0"u8.CopyTo(info.AsSpan(56));
        Note(notes, 3, info);
        Note(notes, 6, [1, 2, 3, 4, 5, 6, 7, 8]);
        var files = new MemoryStream();
        foreach (var word in new ulong[] { 1, 4096, 0x400000, 0x403000, 0 })
            files.Write(BitConverter.GetBytes(word));
        files.Write(Encoding.UTF8.GetBytes(mappedFile + "\0"));
        Note(notes, 0x46494c45, files.ToArray());

        memory ??= new byte[4096];
        var noteBytes = notes.ToArray();
        var bytes = new byte[4096 + noteBytes.Length + memory.Length];
        Header(bytes, type: 4, segmentsAt: 64, segments: 3, sectionsAt: 0, sections: 0);
        Segment(bytes.AsSpan(64), 4, 4096, 0, (ulong)noteBytes.Length, 0);
        Segment(bytes.AsSpan(64 + 56), 1, (ulong)(4096 + noteBytes.Length), 0x400000, (ulong)memory.Length, 0x2000);
        Segment(bytes.AsSpan(64 + 112), 1, (ulong)bytes.Length, 0x500000, 0, 0x1000);
        noteBytes.CopyTo(bytes, 4096);
        memory.CopyTo(bytes, 4096 + noteBytes.Length);
        return bytes;
    }

    static void Note(Stream into, uint type, byte[] contents)
    {
        var header = new byte[20];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 5);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), (uint)contents.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), type);
        "CORE\0"u8.CopyTo(header.AsSpan(12));
        into.Write(header);
        into.Write(contents);
        into.Write(new byte[-contents.Length & 3]);
    }

    static void Header(byte[] bytes, ushort type, ulong segmentsAt, int segments, ulong sectionsAt, int sections)
    {
        "\u007fELF"u8.CopyTo(bytes);
        (bytes[4], bytes[5], bytes[6]) = (2, 1, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(16), type);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(18), 62);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(32), segmentsAt);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(40), sectionsAt);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(54), 56);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(56), (ushort)segments);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(58), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(60), (ushort)sections);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(62), (ushort)Math.Max(0, sections - 1));
    }

    static byte[] Section(uint name, uint type, ulong offset, ulong size)
    {
        var entry = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, name);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), type);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(24), offset);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(32), size);
        return entry;
    }

    static void Segment(Span<byte> entry, uint type, ulong offset, ulong address, ulong fileSize, ulong memorySize)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(entry, type);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], fileSize);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[40..], memorySize);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[48..], 4);
    }
}
