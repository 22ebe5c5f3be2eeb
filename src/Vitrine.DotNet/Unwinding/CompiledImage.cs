using System.Buffers.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.DotNet.Unwinding;

/// <summary>
/// The functions of an image that was compiled ahead of time, with their unwinding rules: the exception directory of its PE file. Read from the target's memory, where the runtime has mapped
/// it, so that it does not matter whether it is a file or a part of a single-file program. Everything in it is bounded; relative addresses are those of the image.
/// </summary>
sealed class CompiledImage
{
    const int LargestDirectory = 32 << 20, LargestRules = 32 << 20;

    readonly uint[] _begins, _ends, _rules;
    readonly byte[] _bytes;
    readonly uint _firstRule;

    CompiledImage(ulong start, uint[] begins, uint[] ends, uint[] rules, byte[] bytes, uint firstRule)
    {
        Start = start;
        (_begins, _ends, _rules, _bytes, _firstRule) = (begins, ends, rules, bytes, firstRule);
    }

    /// <summary>Where the image begins in the target.</summary>
    public ulong Start { get; }

    /// <summary>Finds the image that a mapping of code belongs to: its header is in a mapping below. Null when there is none with native x86-64 code.</summary>
    /// <param name="memory">The process's memory.</param>
    /// <param name="code">Where the mapping begins.</param>
    /// <param name="budget">What the tables of all images may take; without enough of it the image is as unknown.</param>
    public static CompiledImage? Find(IMemoryReader memory, ulong code, ByteBudget budget)
    {
        const ulong page = 4096, farthest = 4 << 20;
        Span<byte> head = stackalloc byte[(int)page];
        for (var start = code; start > farthest && code - start <= farthest; start -= page)
        {
            if (memory.TryReadUInt16(start, out var magic) && magic == 0x5A4D && memory.TryRead(start, head) && TryReadHeader(head, start, code, out var at, out var size))
            {
                // As numbers it takes as much again.
                if (!budget.TryTake(2L * size))
                    return null;
                var table = new byte[size / 12 * 12];
                var image = memory.TryRead(start + at, table) ? Parse(memory, start, table, budget) : null;
                // Only the numbers are kept, or nothing.
                budget.Return(image is null ? 2L * size : size);
                return image;
            }
        }
        return null;
    }

    /// <summary>The exception directory of an image that has code at <paramref name="code"/>.</summary>
    static bool TryReadHeader(ReadOnlySpan<byte> head, ulong start, ulong code, out uint at, out uint size)
    {
        const int fileHeader = 24, exceptionDirectory = fileHeader + 112 + (3 * 8), sectionBytes = 40, mostSections = 64;
        const uint executable = 0x2000_0000;
        (at, size) = (0, 0);
        var header = BinaryPrimitives.ReadInt32LittleEndian(head[0x3C..]);
        if (header < 0 || header > head.Length - 264 || BinaryPrimitives.ReadUInt32LittleEndian(head[header..]) != 0x4550)
            return false;
        // The machine of an image for Linux is that of Windows with these bits turned (src/coreclr/inc/pedecoder.h, IMAGE_FILE_MACHINE_OS_MASK).
        const int amd64 = 0x8664, linux = 0x7B79;
        if (BinaryPrimitives.ReadUInt16LittleEndian(head[(header + 4)..]) is not (amd64 or amd64 ^ linux) || BinaryPrimitives.ReadUInt16LittleEndian(head[(header + fileHeader)..]) != 0x20B)
            return false;
        at = BinaryPrimitives.ReadUInt32LittleEndian(head[(header + exceptionDirectory)..]);
        size = BinaryPrimitives.ReadUInt32LittleEndian(head[(header + exceptionDirectory + 4)..]);
        if (at == 0 || size is < 12 or > LargestDirectory)
            return false;
        // The same header stands before the code where the file is mapped from its beginning: only one of the two has its code there.
        var sections = Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(head[(header + 6)..]), mostSections);
        var sectionAt = header + fileHeader + BinaryPrimitives.ReadUInt16LittleEndian(head[(header + 20)..]);
        for (var i = 0; i < sections && sectionAt + sectionBytes <= head.Length; i++, sectionAt += sectionBytes)
        {
            ulong length = BinaryPrimitives.ReadUInt32LittleEndian(head[(sectionAt + 8)..]), from = start + BinaryPrimitives.ReadUInt32LittleEndian(head[(sectionAt + 12)..]);
            if ((BinaryPrimitives.ReadUInt32LittleEndian(head[(sectionAt + 36)..]) & executable) != 0 && code >= (from & ~4095UL) && code < from + length)
                return true;
        }
        return false;
    }

    static CompiledImage? Parse(IMemoryReader memory, ulong start, byte[] table, ByteBudget budget)
    {
        var count = table.Length / 12;
        uint[] begins = new uint[count], ends = new uint[count], rules = new uint[count];
        uint first = uint.MaxValue, last = 0;
        for (var i = 0; i < count; i++)
        {
            begins[i] = BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(12 * i));
            ends[i] = BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(12 * i + 4));
            rules[i] = BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(12 * i + 8));
            // The last entry of some tables is a mark of their end.
            if (begins[i] == uint.MaxValue)
            {
                count = i;
                break;
            }
            if (i > 0 && begins[i] <= begins[i - 1])
                return null;
            (first, last) = (Math.Min(first, rules[i]), Math.Max(last, rules[i]));
        }
        if (count == 0 || last - first > LargestRules)
            return null;
        var length = last - first + X64UnwindInfo.MaximumBytes;
        if (!budget.TryTake(length))
            return null;
        var bytes = new byte[length];
        var read = memory.Read(start + first, bytes);
        if (read > last - first)
            return new CompiledImage(start, begins[..count], ends[..count], rules[..count], bytes[..read], first);
        budget.Return(length);
        return null;
    }

    /// <summary>The function, or funclet, that holds a relative address.</summary>
    public bool TryFind(ulong address, out int function, out uint begin)
    {
        (function, begin) = (-1, 0);
        if (address < Start || address - Start > uint.MaxValue)
            return false;
        var at = (uint)(address - Start);
        var index = Array.BinarySearch(_begins, at);
        if (index < 0)
            index = ~index - 1;
        if (index < 0 || at >= _ends[index])
            return false;
        (function, begin) = (index, _begins[index]);
        return true;
    }

    /// <summary>The unwinding rules of a function.</summary>
    public ReadOnlySpan<byte> Rules(int function) => _bytes.AsSpan((int)Math.Min(_rules[function] - _firstRule, (uint)_bytes.Length));
}
