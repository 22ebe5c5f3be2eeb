namespace Vitrine.Pprof;

/// <summary>The unique stacks of a profile. A stack is a span of location indexes, leaf first.</summary>
public readonly struct StackList
{
    readonly Profile _profile;

    internal StackList(Profile profile) => _profile = profile;

    /// <summary>How many different stacks there are.</summary>
    public int Count => _profile.Tables.Stacks.Count;

    /// <summary>The location indexes of a stack, leaf first.</summary>
    public ReadOnlySpan<int> this[int index] => _profile.Tables.Stacks[index];
}
