namespace Vitrine.Pprof;

/// <summary>Drops what nothing refers to.</summary>
public static class Compact
{
    /// <summary>
    /// The profile without unreferenced strings, functions, locations, mappings, stacks and label sets; equal samples are summed and zero samples dropped, as
    /// pprof's Compact does. The first mapping stays: it stands for the main binary.
    /// </summary>
    public static Profile Of(Profile profile) => Merge.Of(profile);
}
