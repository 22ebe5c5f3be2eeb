namespace Vitrine.TestTargets;

/// <summary>One answer of the truth program: <c>key=value</c> words, several groups separated by <c>|</c>.</summary>
public sealed class TruthReply
{
    internal TruthReply(string text)
    {
        Text = text;
        Facts = [.. text.Split(" | ", StringSplitOptions.RemoveEmptyEntries).Select(TruthFact.Parse)];
    }

    /// <summary>The answer without its leading <c>ok</c>.</summary>
    public string Text { get; }

    /// <summary>One entry per group.</summary>
    public IReadOnlyList<TruthFact> Facts { get; }

    /// <summary>A value of the first group.</summary>
    public string this[string key] => Facts[0][key];

    public override string ToString() => Text;
}
