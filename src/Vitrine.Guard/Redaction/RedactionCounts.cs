using System.Collections.Frozen;

namespace Vitrine.Guard.Redaction;

/// <summary>How many places each rule took out. In a profile each different string counts once, however many samples share it.</summary>
public sealed class RedactionCounts
{
    internal RedactionCounts(IReadOnlyDictionary<string, long> byRule) => ByRule = byRule;

    /// <summary>Nothing.</summary>
    public static RedactionCounts None { get; } = new(FrozenDictionary<string, long>.Empty);

    /// <summary>By the rule's name; a rule that found nothing is not here.</summary>
    public IReadOnlyDictionary<string, long> ByRule { get; }

    /// <summary>All together.</summary>
    public long Total => ByRule.Values.Sum();
}
