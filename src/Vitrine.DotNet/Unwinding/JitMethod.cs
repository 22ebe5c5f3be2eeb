using System.Buffers.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.DotNet.Unwinding;

/// <summary>
/// The unwinding rules of one method that the JIT compiled, as the runtime keeps them for itself: in the word before the code is the address of a header (RealCodeHeader, src/coreclr/vm/codeman.h),
/// which has a count of functions and, relative to one base, where each begins, ends and has its rules. The first one is the method itself, so that the base follows from where its code begins.
/// </summary>
/// <remarks>Assumption, checked for each method: the count stands behind four pointers (so in .NET 8, 9 and 10; one more or less is tried), and the first function begins where the method does.</remarks>
sealed class JitMethod
{
    const int MostFunclets = 4096;

    readonly (uint Begin, uint End)[] _functions;
    readonly byte[][] _rules;

    JitMethod((uint, uint)[] functions, byte[][] rules)
    {
        _functions = functions;
        _rules = rules;
    }

    /// <summary>Bytes of memory that it takes, about.</summary>
    public long Bytes => _rules.Sum(static one => one.Length + 40L);

    /// <summary>Reads the rules of the method whose code begins at <paramref name="start"/>; null when what stands there does not look as expected.</summary>
    public static JitMethod? Read(IMemoryReader memory, ulong start, int size)
    {
        Span<byte> header = stackalloc byte[64];
        if (size <= 0 || !memory.TryReadUInt64(start - 8, out var address) || !memory.TryRead(address, header))
            return null;
        foreach (var countAt in (ReadOnlySpan<int>)[32, 40, 24])
        {
            var count = BinaryPrimitives.ReadInt32LittleEndian(header[countAt..]);
            var (begin, end, rules) = Entry(header[(countAt + 4)..]);
            if (count is < 1 or > MostFunclets || end <= begin || end - begin > (uint)size || begin == 0)
                continue;
            if (Read(memory, start, size, address + (ulong)countAt + 4, count, start - begin) is { } method)
                return method;
        }
        return null;
    }

    static JitMethod? Read(IMemoryReader memory, ulong start, int size, ulong table, int count, ulong moduleBase)
    {
        var bytes = new byte[12 * count];
        if (!memory.TryRead(table, bytes))
            return null;
        var functions = new (uint, uint)[count];
        var rules = new byte[count][];
        Span<byte> info = stackalloc byte[X64UnwindInfo.MaximumBytes];
        for (var i = 0; i < count; i++)
        {
            var (begin, end, at) = Entry(bytes.AsSpan(12 * i));
            var offset = moduleBase + begin - start;
            if (end <= begin || offset > (ulong)size || offset + (end - begin) > (ulong)size + 16)
                return null;
            var read = info[..memory.Read(moduleBase + at, info)];
            if (!X64UnwindInfo.IsValid(read))
                return null;
            functions[i] = ((uint)offset, (uint)(offset + (end - begin)));
            rules[i] = read[..(4 + (2 * read[2]))].ToArray();
        }
        return new(functions, rules);
    }

    static (uint Begin, uint End, uint Rules) Entry(ReadOnlySpan<byte> entry) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(entry), BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]));

    /// <summary>The rules for an offset into the method, and the offset into its function. 0 is the method itself, the others are its funclets: handlers and finally blocks.</summary>
    public int Find(uint offset, out uint into)
    {
        for (var i = 0; i < _functions.Length; i++)
        {
            if (offset >= _functions[i].Begin && offset < _functions[i].End)
            {
                into = offset - _functions[i].Begin;
                return i;
            }
        }
        into = 0;
        return -1;
    }

    /// <summary>The rules of a function.</summary>
    public ReadOnlySpan<byte> Rules(int function) => _rules[function];
}
