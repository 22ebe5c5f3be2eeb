using Vitrine.Go.Binary;
using Vitrine.Linux.Binaries;

namespace Vitrine.Go.Globals;

/// <summary>A Go binary as the search for globals sees it.</summary>
sealed class GoBinaryImage : IAnchorImage
{
    readonly GoBinary _binary;
    readonly Dictionary<string, (ulong Entry, ulong End)> _functions;

    GoBinaryImage(GoBinary binary, Dictionary<string, (ulong Entry, ulong End)> functions)
    {
        _binary = binary;
        _functions = functions;
    }

    /// <summary>Picks the anchor functions of <paramref name="tables"/> out of the function table, all in one pass over it.</summary>
    public static GoBinaryImage Open(GoBinary binary, IEnumerable<AnchorTable> tables)
    {
        HashSet<string> wanted = tables.SelectMany(table => table.Functions).Select(function => function.Name).ToHashSet(StringComparer.Ordinal);
        Dictionary<string, (ulong Entry, ulong End)> functions = new(StringComparer.Ordinal);
        foreach ((string name, IReadOnlyList<GoFunction> found) in binary.Functions.FindByNames(wanted))
        {
            // An assembly wrapper has the name of the function it wraps: the larger body, which comes first, is the function.
            if (found.Count > 0 && found[0].End > found[0].Entry) functions[name] = (found[0].Entry, found[0].End);
        }
        return new(binary, functions);
    }

    /// <summary>Names of the functions that were picked.</summary>
    public IEnumerable<string> FunctionNames => _functions.Keys;

    /// <inheritdoc/>
    public bool TryGetFunction(string name, out ulong entry, out ReadOnlyMemory<byte> code)
    {
        entry = 0;
        code = default;
        if (!_functions.TryGetValue(name, out (ulong Entry, ulong End) found)) return false;
        ulong length = found.End - found.Entry;
        if (length > AnchorLimits.MaxFunctionBytes) return false;
        byte[] bytes = new byte[(int)length];
        if (_binary.Memory.Read(found.Entry, bytes) != bytes.Length) return false;
        entry = found.Entry;
        code = bytes;
        return true;
    }

    /// <inheritdoc/>
    public DataArea? AreaOf(ulong address)
    {
        ModuleData module = _binary.Module;
        if (address >= module.Data && address < module.EData) return DataArea.Data;
        if (address >= module.NoPtrData && address < module.ENoPtrData) return DataArea.NoPtrData;
        if (address >= module.Bss && address < module.EBss) return DataArea.Bss;
        if (address >= module.NoPtrBss && address < module.ENoPtrBss) return DataArea.NoPtrBss;
        foreach (ElfSegment segment in _binary.Elf.Segments)
            if (segment.Type == ElfSegment.Load && segment.Contains(address)) return (segment.Flags & 1) == 0 ? DataArea.Other : null;
        return null;
    }
}
