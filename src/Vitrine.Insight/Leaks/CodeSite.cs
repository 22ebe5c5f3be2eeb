namespace Vitrine.Insight.Leaks;

/// <summary>A place in the target's code.</summary>
/// <param name="Function">Fully qualified function name.</param>
/// <param name="File">Source file as the binary names it.</param>
/// <param name="Line">Line number; 0 when unknown.</param>
public sealed record CodeSite(string Function, string File, int Line)
{
    /// <inheritdoc/>
    public override string ToString() => Line > 0 ? $"{Function} ({File}:{Line})" : Function;
}
