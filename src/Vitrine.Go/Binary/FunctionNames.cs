using System.Text;

namespace Vitrine.Go.Binary;

/// <summary>Function names: how Go prints them, and which functions carry one.</summary>
static class FunctionNames
{
    const int MaxHitsPerName = 4096;

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
    /// First the names are searched as bytes (vectorised), which gives name offsets; then one pass over the functions picks those that use
    /// one of the offsets. A dictionary of all names would answer faster the second time, and cost tens of megabytes per binary.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<GoFunction>> Find(FunctionTable functions, ReadOnlySpan<byte> names, IReadOnlyCollection<string> wanted)
    {
        var result = new Dictionary<string, IReadOnlyList<GoFunction>>(wanted.Count);
        var byOffset = new Dictionary<int, List<GoFunction>>();
        foreach (var name in wanted)
        {
            if (result.ContainsKey(name))
                continue;
            var list = new List<GoFunction>();
            result[name] = list;
            foreach (var offset in Offsets(names, name))
                byOffset[offset] = list;
        }
        if (byOffset.Count > 0)
        {
            for (var i = 0; i < functions.Count; i++)
            {
                var function = functions[i];
                if (byOffset.TryGetValue(functions.NameOffsetOf(function), out var list))
                    list.Add(function);
            }
        }
        foreach (var list in result.Values)
            ((List<GoFunction>)list).Sort((a, b) => (b.End - b.Entry).CompareTo(a.End - a.Entry) is var order and not 0 ? order : a.Index.CompareTo(b.Index));
        return result;
    }

    /// <summary>Offsets of the null-terminated strings that print as <paramref name="name"/>.</summary>
    static List<int> Offsets(ReadOnlySpan<byte> names, string name)
    {
        var offsets = new List<int>();
        var open = name.IndexOf("[...]", StringComparison.Ordinal);
        // A generic name is stored with its type arguments (or already shortened): search the part before them, compare the printed form.
        var pattern = Encoding.UTF8.GetBytes(open < 0 ? name + "\0" : name[..(open + 1)]);
        var from = 0;
        while (offsets.Count < MaxHitsPerName)
        {
            var hit = names[from..].IndexOf(pattern);
            if (hit < 0)
                return offsets;
            var start = from + hit;
            from = start + 1;
            // The tail of a longer name is another name.
            if (start > 0 && names[start - 1] != 0)
                continue;
            if (open >= 0)
            {
                var rest = names[start..];
                var length = rest[..Math.Min(rest.Length, FunctionTable.MaxNameBytes)].IndexOf((byte)0);
                if (length < 0 || ForPrint(Encoding.UTF8.GetString(rest[..length])) != name)
                    continue;
            }
            offsets.Add(start);
        }
        return offsets;
    }
}
