using Vitrine.Linux.Binaries;

namespace Vitrine.Linux.Unwinding;

/// <summary>What native code is called.</summary>
/// <param name="Function">The function by the symbol table; empty when no symbol covers the address.</param>
/// <param name="Path">The file as the process names it, or the kernel's name of the mapping; empty for code without a file. Untrusted text.</param>
/// <param name="Offset">Link-time address in a binary, else bytes from the start of the mapping.</param>
public readonly record struct CodeName(string Function, string Path, ulong Offset);

/// <summary>
/// Names of the functions of binaries by address, from the symbol table or, where it was stripped, from the exported symbols. A symbol counts only for the bytes that it says it has: the nearest one
/// below would give a stripped library's functions the names of others. Not thread-safe.
/// </summary>
public sealed class CodeSymbols(ProcessCode code)
{
    const int MaximumFiles = 512;
    const byte Function = 2, IndirectFunction = 10;

    readonly Dictionary<string, Table> _tables = new(StringComparer.Ordinal);

    sealed record Table(ulong[] Starts, ulong[] Ends, string[] Names);

    /// <summary>The name of what is at an address.</summary>
    public CodeName Find(ulong address)
    {
        if (code.Find(address) is not { } area)
            return new("", "", address);
        if (area.Kind != CodeKind.Native)
            return new("", area.Map.Path, address - area.Start);
        var at = unchecked(address - area.Bias);
        var table = TableOf(area);
        var index = Array.BinarySearch(table.Starts, at);
        if (index < 0)
            index = ~index - 1;
        return new(index >= 0 && at < table.Ends[index] ? table.Names[index] : "", area.Map.Path, at);
    }

    Table TableOf(CodeArea area)
    {
        // The same path may be another file now: device and inode tell.
        var key = $"{area.Map.DeviceMajorMinor} {area.Map.Inode} {area.Map.Path}";
        if (_tables.TryGetValue(key, out var known))
            return known;
        if (_tables.Count >= MaximumFiles)
            _tables.Clear();
        return _tables[key] = Read(area);
    }

    Table Read(CodeArea area)
    {
        var functions = new List<(ulong Start, ulong End, string Name)>();
        using var elf = code.TryOpenElf(area);
        if (elf is not null)
        {
            try
            {
                foreach (var symbol in elf.Symbols)
                {
                    if (symbol is { IsDefined: true, Type: Function or IndirectFunction, Size: > 0, Name.Length: > 0 } && symbol.Size < ulong.MaxValue - symbol.Address)
                        functions.Add((symbol.Address, symbol.Address + symbol.Size, symbol.Name));
                }
            }
            catch (BadBinaryException)
            {
                // What was read until the damage is as good as it was.
            }
        }
        functions.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : string.CompareOrdinal(a.Name, b.Name));
        return new([.. functions.Select(static f => f.Start)], [.. functions.Select(static f => f.End)], [.. functions.Select(static f => f.Name)]);
    }
}
