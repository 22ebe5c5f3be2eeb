namespace Vitrine.Pprof;

/// <summary>One sample: a stack, one value per sample type, and labels. A view; valid as long as its profile.</summary>
public readonly struct Sample
{
    readonly Profile _profile;

    internal Sample(Profile profile, int index)
    {
        _profile = profile;
        Index = index;
    }

    /// <summary>Position in <see cref="Profile.Samples"/>.</summary>
    public int Index { get; }

    /// <summary>Which of <see cref="Profile.Stacks"/> this sample has; equal stacks have equal numbers.</summary>
    public int StackIndex => _profile.Tables.SampleStacks[Index];

    /// <summary>Which of <see cref="Profile.LabelSets"/> this sample has; 0 = no labels.</summary>
    public int LabelSetIndex => _profile.Tables.SampleLabelSets[Index];

    /// <summary>Indexes into <see cref="Profile.Locations"/>, leaf first.</summary>
    public ReadOnlySpan<int> LocationIndexes => _profile.Tables.Stacks[StackIndex];

    /// <summary>One value per entry of <see cref="Profile.SampleTypes"/>.</summary>
    public ReadOnlySpan<long> Values => _profile.Tables.SampleValues.Row(Index);

    /// <summary>The labels in canonical order: texts by key, then numbers by key.</summary>
    public LabelSet Labels => new(_profile, LabelSetIndex);
}
