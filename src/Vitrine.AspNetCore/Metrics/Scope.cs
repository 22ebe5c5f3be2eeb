namespace Vitrine.AspNetCore.Metrics;

/// <summary>The meter that a series comes from, as labels. One object for all meters of the same name and version, so that it is compared by reference.</summary>
/// <param name="labels">Its labels; empty when they are not wanted.</param>
sealed class Scope(IReadOnlyList<KeyValuePair<string, string>> labels)
{
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; } = labels;
}
