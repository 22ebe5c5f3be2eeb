using System.Buffers.Binary;

namespace Vitrine.Go.Tests.Binary;

/// <summary>The smallest ELF file that loads some bytes at an address.</summary>
static class TinyElf
{
    public static byte[] Wrap(byte[] contents, ulong address, bool writable)
    {
        const int headers = 64 + 56;
        var file = new byte[headers + contents.Length];
        new byte[] { 0x7f, 0x45, 0x4c, 0x46, 2, 1, 1 }.CopyTo(file, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(16), 2); // ET_EXEC
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), 62); // EM_X86_64
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(32), 64); // e_phoff
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(52), 64);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(54), 56);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(56), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(64), 1); // PT_LOAD
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(68), writable ? 6u : 4u);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(72), headers);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(80), address);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(96), (ulong)contents.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(104), (ulong)contents.Length);
        contents.CopyTo(file, headers);
        return file;
    }
}
