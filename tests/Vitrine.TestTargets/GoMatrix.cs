namespace Vitrine.TestTargets;

/// <summary>The version matrix as theory data: <c>[Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]</c>.</summary>
public static class GoMatrix
{
    static readonly GoFlavour[] Flavours = [GoFlavour.Plain, GoFlavour.Stripped, GoFlavour.Pie, GoFlavour.Cgo];

    /// <summary>The versions of this run: all, or the oldest and the newest in the short run.</summary>
    public static IReadOnlyList<string> VersionsOfThisRun =>
        Prerequisite.IsQuickRun ? [GoToolchain.Versions[0], GoToolchain.Newest] : GoToolchain.Versions;

    /// <summary>Every version of this run in every flavour: (string version, GoFlavour flavour).</summary>
    public static TheoryData<string, GoFlavour> All()
    {
        var data = new TheoryData<string, GoFlavour>();
        foreach (var version in VersionsOfThisRun)
            foreach (var flavour in Flavours)
                data.Add(version, flavour);
        return data;
    }

    /// <summary>Every version of this run, stripped: (string version).</summary>
    public static TheoryData<string> Versions() => new(VersionsOfThisRun);
}
