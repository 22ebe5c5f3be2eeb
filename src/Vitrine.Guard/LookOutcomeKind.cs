namespace Vitrine.Guard;

/// <summary>What became of a look that was allowed.</summary>
public enum LookOutcomeKind
{
    /// <summary>The whole answer.</summary>
    Answered,

    /// <summary>Less than was asked for: the look was ended early, and the answer says so.</summary>
    EndedEarly,

    /// <summary>No answer: the instrument could not look, or the question was wrong.</summary>
    Failed,

    /// <summary>The caller went away.</summary>
    Abandoned,
}
