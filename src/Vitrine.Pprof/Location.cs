namespace Vitrine.Pprof;

/// <summary>A place in the code: an address in a mapping, with the source lines it stands for. A view; valid as long as its profile.</summary>
public readonly struct Location
{
    readonly Profile _profile;

    internal Location(Profile profile, int index)
    {
        _profile = profile;
        Index = index;
    }

    /// <summary>Position in <see cref="Profile.Locations"/>.</summary>
    public int Index { get; }

    /// <summary>The instruction's address as the process saw it; 0 = not known.</summary>
    public ulong Address => _profile.Tables.Locations[Index].Address;

    /// <summary>Index into <see cref="Profile.Mappings"/>, or −1.</summary>
    public int MappingIndex => _profile.Tables.Locations[Index].Mapping;

    /// <summary>The mapping the address lies in, or null.</summary>
    public Mapping? Mapping => MappingIndex < 0 ? null : new Mapping(_profile, MappingIndex);

    /// <summary>True when several symbols share this address because the linker folded identical code.</summary>
    public bool IsFolded => _profile.Tables.Locations[Index].IsFolded;

    /// <summary>How many source lines the address stands for; 0 = not symbolised.</summary>
    public int LineCount => _profile.Tables.Locations[Index].LineCount;

    /// <summary>Line number <paramref name="index"/> of this location; 0 is the innermost (inlined) call, the last is the function the code was compiled into.</summary>
    public Line Line(int index)
    {
        ref var entry = ref _profile.Tables.Locations[Index];
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, entry.LineCount);
        return _profile.Tables.Lines[entry.FirstLine + index];
    }
}
