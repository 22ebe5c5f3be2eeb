namespace Vitrine.Insight.Leaks;

/// <summary>Somebody outside a group who holds the address of a channel or lock that the group waits for, and so could still release it.</summary>
/// <param name="Resource">The channel or lock.</param>
/// <param name="Description">Who: a goroutine with its function, or a package variable.</param>
public sealed record Holder(ulong Resource, string Description);

/// <summary>What the search for holders looked at and found.</summary>
/// <param name="Searched">Whether it ran at all; when not, nothing follows from the absence of holders.</param>
/// <param name="Holders">Who was found.</param>
/// <param name="Scope">What was searched, as a phrase: "the stacks of 812 other goroutines and 3 MB of package variables".</param>
public sealed record HolderSearch(bool Searched, IReadOnlyList<Holder> Holders, string Scope)
{
    /// <summary>No search ran.</summary>
    public static HolderSearch None { get; } = new(false, [], "nothing");
}
