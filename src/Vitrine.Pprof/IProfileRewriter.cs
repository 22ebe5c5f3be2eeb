namespace Vitrine.Pprof;

/// <summary>
/// Sees every string of a profile and says what it becomes. This is the place for redaction: a rewriter that changes names, paths or label texts changes the profile itself, before
/// any door, view or file gets to see it. See <see cref="Rewrite.Of(Profile, IProfileRewriter)"/>.
/// </summary>
public interface IProfileRewriter
{
    /// <summary>
    /// What the string becomes. Called once for each different string of a kind (and label key), in no particular order. Null drops what it belongs to where it can be
    /// dropped (a label, by its key or its text; a comment) and is the empty string everywhere else.
    /// </summary>
    string? Rewrite(in ProfileString value);
}
