namespace Vitrine.Pprof;

/// <summary>A binary (or part of one) mapped into the process. A view; valid as long as its profile.</summary>
public readonly struct Mapping
{
    readonly Profile _profile;

    internal Mapping(Profile profile, int index)
    {
        _profile = profile;
        Index = index;
    }

    /// <summary>Position in <see cref="Profile.Mappings"/>; the first is the main binary, by pprof's convention.</summary>
    public int Index { get; }

    /// <summary>First address.</summary>
    public ulong Start => _profile.Tables.Mappings[Index].Start;

    /// <summary>First address after it.</summary>
    public ulong Limit => _profile.Tables.Mappings[Index].Limit;

    /// <summary>Offset in the file that <see cref="Start"/> shows.</summary>
    public ulong Offset => _profile.Tables.Mappings[Index].Offset;

    /// <summary>Path of the binary; empty = not known.</summary>
    public string File => _profile.Tables.Strings[_profile.Tables.Mappings[Index].File];

    /// <summary>Build id of the binary, in hex for ELF; empty = not known.</summary>
    public string BuildId => _profile.Tables.Strings[_profile.Tables.Mappings[Index].BuildId];

    /// <summary>What the producer has already resolved.</summary>
    public MappingSymbols Symbols => _profile.Tables.Mappings[Index].Symbols;
}
