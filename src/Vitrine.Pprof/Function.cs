namespace Vitrine.Pprof;

/// <summary>A function of the profiled program. A view; valid as long as its profile.</summary>
public readonly struct Function
{
    readonly Profile _profile;

    internal Function(Profile profile, int index)
    {
        _profile = profile;
        Index = index;
    }

    /// <summary>Position in <see cref="Profile.Functions"/>.</summary>
    public int Index { get; }

    /// <summary>The name for people; for Go the full name such as <c>net/http.(*conn).serve</c>.</summary>
    public string Name => _profile.Tables.Strings[_profile.Tables.Functions[Index].Name];

    /// <summary>The name as the linker knows it (mangled).</summary>
    public string SystemName => _profile.Tables.Strings[_profile.Tables.Functions[Index].SystemName];

    /// <summary>The source file; empty = not known.</summary>
    public string FileName => _profile.Tables.Strings[_profile.Tables.Functions[Index].FileName];

    /// <summary>The line the function starts at; 0 = not known.</summary>
    public long StartLine => _profile.Tables.Functions[Index].StartLine;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
