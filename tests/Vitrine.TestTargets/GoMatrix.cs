namespace Vitrine.TestTargets;

/// <summary>The version matrix as theory data: <c>[Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]</c>.</summary>
public static class GoMatrix
{
    static readonly GoFlavour[] Flavours = [GoFlavour.Plain, GoFlavour.Stripped, GoFlavour.Pie, GoFlavour.Cgo];

    /// <summary>The versions of this run: all, or the oldest and the newest in the short run.</summary>
    public static IReadOnlyList<string> VersionsOfThisRun =>
        Prerequisite.IsQuickRun ? [GoToolchain.Versions[0], GoToolchain.Newest] : GoToolchain.Versions;

    /// <summary>Whether this run looks at a version in a flavour. How a program is linked makes less of a difference than its version: the short run has every flavour of the newest, and of the oldest what is found most in production.</summary>
    public static bool IsOfThisRun(string version, GoFlavour flavour) =>
        VersionsOfThisRun.Contains(version) && (!Prerequisite.IsQuickRun || version == GoToolchain.Newest || flavour == GoFlavour.Stripped);

    /// <summary>Every version of this run in every flavour, of which the short run leaves some out: (string version, GoFlavour flavour).</summary>
    public static TheoryData<string, GoFlavour> All()
    {
        var data = new TheoryData<string, GoFlavour>();
        foreach (var version in VersionsOfThisRun)
            foreach (var flavour in Flavours.Where(flavour => IsOfThisRun(version, flavour)))
                data.Add(version, flavour);
        return data;
    }

    /// <summary>Every version of this run, stripped: (string version).</summary>
    public static TheoryData<string> Versions() => new(VersionsOfThisRun);
}
