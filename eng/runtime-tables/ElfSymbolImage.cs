using Vitrine.Go.Globals;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;

namespace Vitrine.RuntimeTables;

/// <summary>
/// A Go binary as its ELF symbols describe it. On purpose not through Vitrine's own reading of pclntab and moduledata: the tables are made
/// from an independent account of the binary.
/// </summary>
sealed class ElfSymbolImage : IAnchorImage, IDisposable
{
    readonly ElfFile _elf;
    readonly Dictionary<string, (ulong Address, ulong Size)> _functions = new(StringComparer.Ordinal);
    readonly List<(ulong Start, ulong End, DataArea Area)> _areas = [];

    /// <summary>Opens a binary that has its symbols.</summary>
    public ElfSymbolImage(string path)
    {
        _elf = ElfFile.Open(path);
        List<(string Name, ulong Address, ulong Size)> objects = [];
        Dictionary<string, ulong> addresses = new(StringComparer.Ordinal);
        foreach (ElfSymbol symbol in _elf.Symbols.Where(symbol => symbol.IsDefined))
        {
            addresses.TryAdd(symbol.Name, symbol.Address);
            if (symbol.Type == 2 && symbol.Size > 0 && (!_functions.TryGetValue(symbol.Name, out (ulong Address, ulong Size) other) || other.Size < symbol.Size))
                _functions[symbol.Name] = (symbol.Address, symbol.Size);
            else if (symbol.Type <= 1 && symbol.Size > 0)
                objects.Add((symbol.Name, symbol.Address, symbol.Size));
        }
        foreach ((string name, DataArea area) in (ReadOnlySpan<(string, DataArea)>)
            [("data", DataArea.Data), ("noptrdata", DataArea.NoPtrData), ("bss", DataArea.Bss), ("noptrbss", DataArea.NoPtrBss)])
        {
            if (!addresses.TryGetValue($"runtime.{name}", out ulong start) || !addresses.TryGetValue($"runtime.e{name}", out ulong end))
                throw new InvalidDataException($"{path} has no symbols runtime.{name} and runtime.e{name}: build it with its symbol table.");
            _areas.Add((start, end, area));
        }
        Build = new(this, _functions.Keys, objects);
    }

    /// <summary>The binary with the truth about it.</summary>
    public SymbolizedBuild Build { get; }

    /// <inheritdoc/>
    public bool TryGetFunction(string name, out ulong entry, out ReadOnlyMemory<byte> code)
    {
        code = default;
        entry = 0;
        if (!_functions.TryGetValue(name, out (ulong Address, ulong Size) function) || function.Size > AnchorLimits.MaxFunctionBytes) return false;
        byte[] bytes = new byte[(int)function.Size];
        if (!_elf.Memory.TryRead(function.Address, bytes)) return false;
        entry = function.Address;
        code = bytes;
        return true;
    }

    /// <inheritdoc/>
    public DataArea? AreaOf(ulong address)
    {
        foreach ((ulong start, ulong end, DataArea area) in _areas)
            if (address >= start && address < end) return area;
        ElfSegment? segment = _elf.Segments.FirstOrDefault(segment => segment.Type == ElfSegment.Load && segment.Contains(address));
        return segment is null || (segment.Flags & 1) != 0 ? null : DataArea.Other;
    }

    /// <inheritdoc/>
    public void Dispose() => _elf.Dispose();
}
