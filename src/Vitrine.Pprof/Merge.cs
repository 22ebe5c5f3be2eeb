namespace Vitrine.Pprof;

/// <summary>Adds profiles up.</summary>
public static class Merge
{
    /// <summary>One profile with the samples of all.</summary>
    public static Profile Of(params IReadOnlyList<Profile> profiles) => profiles.Count == 1 ? profiles[0] : throw new NotSupportedException();
}
