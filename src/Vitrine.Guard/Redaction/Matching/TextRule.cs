namespace Vitrine.Guard.Redaction.Matching;

/// <summary>
/// Finds one kind of secret in a text. A rule is linear in the text whatever it holds: every look backwards and forwards has a fixed bound, or goes on where the last one ended.
/// Without state, so that any number of threads use it.
/// </summary>
abstract class TextRule
{
    /// <summary>A text without all of these has no match.</summary>
    public virtual TextTraits NeedsAll => TextTraits.None;

    /// <summary>A text with none of these has no match; none = no condition.</summary>
    public virtual TextTraits NeedsAny => TextTraits.None;

    /// <summary>Adds every place that it finds.</summary>
    /// <param name="text">UTF-8, not necessarily valid.</param>
    /// <param name="kind">What the text is.</param>
    /// <param name="number">The rule's number, for the matches.</param>
    /// <param name="matches">Where they go, in any order.</param>
    public abstract void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches);
}
