using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Vitrine.Go.Binary;

/// <summary>Function names: how Go prints them, and which functions carry one.</summary>
static class FunctionNames
{
    /// <summary>
    /// <c>F[go.shape.int]</c> is printed <c>F[...]</c>, as runtime.funcNameForPrint does
    /// (https://github.com/golang/go/blob/go1.26.0/src/runtime/symtab.go).
    /// </summary>
    public static string ForPrint(string name)
    {
        var open = name.IndexOf('[', StringComparison.Ordinal);
        if (open < 0)
            return name;
        var close = name.LastIndexOf(']');
        return close <= open ? name : string.Concat(name.AsSpan(0, open), "[...]", name.AsSpan(close + 1));
    }

    /// <summary>
    /// One pass over the functions that looks at the first 16 bytes of each name; only what agrees there is compared in full. A dictionary
    /// of all names would answer faster the second time, and cost tens of megabytes per binary.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<GoFunction>> Find(
        FunctionTable functions, ReadOnlySpan<byte> table, PclnHeader header, IReadOnlyCollection<string> wanted)
    {
        var result = new Dictionary<string, IReadOnlyList<GoFunction>>(wanted.Count);
        var byKey = new Dictionary<ulong, List<Wanted>>();
        foreach (var name in wanted)
        {
            var found = new List<GoFunction>();
            if (!result.TryAdd(name, found))
                continue;
            var text = Encoding.UTF8.GetBytes(name + "\0");
            var key = Key(text);
            if (!byKey.TryGetValue(key, out var same))
                byKey[key] = same = [];
            same.Add(new Wanted(name, text, name.Contains("[...]", StringComparison.Ordinal), found));
        }

        var names = table[header.Names..header.CompileUnits];
        for (var i = 0; i < header.FunctionCount; i++)
        {
            var record = (ulong)header.Functions + BinaryPrimitives.ReadUInt32LittleEndian(table[(header.Functions + 8 * i + 4)..]);
            if (record + 8 > (ulong)table.Length)
                continue;
            var offset = BinaryPrimitives.ReadUInt32LittleEndian(table[((int)record + 4)..]);
            if (offset >= (uint)names.Length || !byKey.TryGetValue(Key(names[(int)offset..]), out var candidates))
                continue;
            foreach (var candidate in candidates)
            {
                if (candidate.Found.Count < GoBinaryLimits.MaxSameName && candidate.IsNameOf(functions, names[(int)offset..], (int)offset))
                    candidate.Found.Add(functions[i]);
            }
        }

        foreach (var same in byKey.Values)
        {
            foreach (var found in same.Select(w => w.Found))
                found.Sort((a, b) => Size(b).CompareTo(Size(a)) is var order and not 0 ? order : a.Index.CompareTo(b.Index));
        }
        return result;
    }

    /// <summary>True when some stored name begins with <paramref name="start"/>; with the terminator in it, when some name is that.</summary>
    public static bool Mentions(ReadOnlySpan<byte> names, string start)
    {
        var text = Encoding.UTF8.GetBytes("\0" + start);
        return names.IndexOf(text) >= 0 || names.StartsWith(text.AsSpan(1));
    }

    // Entries out of order (a damaged table) have no size.
    static ulong Size(GoFunction function) => function.End > function.Entry ? function.End - function.Entry : 0;

    /// <summary>The first 16 bytes of a name up to its end or its type arguments, which are stored in full but asked for as <c>[...]</c>.</summary>
    static ulong Key(scoped ReadOnlySpan<byte> name)
    {
        Span<byte> padded = stackalloc byte[16];
        if (name.Length < 16)
        {
            padded.Clear();
            name.CopyTo(padded);
            name = padded;
        }
        var first = Prefix(BinaryPrimitives.ReadUInt64LittleEndian(name), out var whole);
        return whole ? first ^ BitOperations.RotateLeft(Prefix(BinaryPrimitives.ReadUInt64LittleEndian(name[8..]), out _), 23) : first;
    }

    /// <summary>The bytes before the first null or bracket; the rest is zeroed.</summary>
    static ulong Prefix(ulong word, out bool whole)
    {
        const ulong brackets = 0x5b5b5b5b5b5b5b5b;
        var ends = ZeroBytes(word) | ZeroBytes(word ^ brackets);
        whole = ends == 0;
        // The lowest mark is exact; bits above it may be false, and do not matter.
        return whole ? word : word & ((1UL << (BitOperations.TrailingZeroCount(ends) & ~7)) - 1);
    }

    /// <summary>The top bit of each byte that is zero (exact for the lowest one).</summary>
    static ulong ZeroBytes(ulong word) => (word - 0x0101010101010101) & ~word & 0x8080808080808080;

    sealed record Wanted(string Name, byte[] Text, bool IsGeneric, List<GoFunction> Found)
    {
        public bool IsNameOf(FunctionTable functions, ReadOnlySpan<byte> stored, int offset) =>
            stored.StartsWith(Text) || (IsGeneric && functions.NameAt(offset) == Name);
    }
}
