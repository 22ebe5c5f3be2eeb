using Vitrine.Linux.Processes;
using Vitrine.Pprof;

namespace Vitrine.Go;

/// <summary>The mappings of a process as a profile lists them: as in runtime/pprof, only what can be executed, the program first.</summary>
sealed class ExecutableMappings
{
    readonly List<(ulong Start, ulong End, int Index)> _ranges = [];

    /// <summary>Adds the mappings to a profile that is being built.</summary>
    public ExecutableMappings(IEnumerable<MemoryMap> maps, string? buildId, ProfileBuilder builder)
    {
        foreach (MemoryMap map in maps)
        {
            if (!map.Permissions.HasFlag(MapPermissions.Execute))
                continue;
            bool program = _ranges.Count == 0;
            int index = builder.Mapping(map.Start, map.End, map.Offset, map.Path, program ? buildId ?? "" : "", program ? MappingSymbols.All : MappingSymbols.None);
            _ranges.Add((map.Start, map.End, index));
        }
    }

    /// <summary>The profile's mapping of a run-time address; -1 when none holds it.</summary>
    public int IndexOf(ulong address)
    {
        foreach ((ulong start, ulong end, int index) in _ranges)
        {
            if (address >= start && address < end)
                return index;
        }
        return -1;
    }
}
