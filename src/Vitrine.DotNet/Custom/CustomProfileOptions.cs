namespace Vitrine.DotNet.Custom;

/// <summary>How a <see cref="CustomProfile"/> keeps its values.</summary>
public sealed record CustomProfileOptions
{
    /// <summary>What the profile shows, in one line.</summary>
    public string Description { get; init; } = "values in use, by the stack that added them";

    /// <summary>Most values that are kept, about: the limit is divided among the stripes. Values beyond it are not recorded, and counted.</summary>
    public int MaximumValues { get; init; } = 1_000_000;

    /// <summary>Whether a value remembers the <see cref="Labels.ProfileLabels"/> it was added under; then scopes keep labels for as long as the profile is not disposed.</summary>
    public bool ReadLabels { get; init; } = true;

    /// <summary>Into how many independently locked parts the values are divided: a power of two from 1 to 1024; 0 chooses by the number of processors.</summary>
    public int Stripes { get; init; }
}
