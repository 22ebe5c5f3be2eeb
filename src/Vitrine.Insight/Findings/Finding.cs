namespace Vitrine.Insight.Findings;

/// <summary>How strong a conclusion is.</summary>
public enum Verdict
{
    /// <summary>Nothing speaks for a fault.</summary>
    None,

    /// <summary>It looks like a fault, and something that cannot be ruled out from outside would explain it too.</summary>
    Suspect,

    /// <summary>A fault.</summary>
    Fault,
}

/// <summary>A conclusion with the evidence it rests on, a computed confidence, and what to do next. One without evidence cannot be constructed.</summary>
public sealed record Finding
{
    /// <summary>A finding.</summary>
    /// <exception cref="ArgumentException">There is no evidence.</exception>
    public Finding(string title, Verdict verdict, Confidence confidence, IReadOnlyList<Evidence> evidence, IReadOnlyList<string> unknowns, IReadOnlyList<string> nextSteps)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (evidence.Count == 0)
            throw new ArgumentException("A finding without evidence is a guess.", nameof(evidence));
        Title = title;
        Verdict = verdict;
        Confidence = confidence;
        Evidence = evidence;
        Unknowns = unknowns;
        NextSteps = nextSteps;
    }

    /// <summary>The conclusion in one line.</summary>
    public string Title { get; }

    /// <summary>How strong it is.</summary>
    public Verdict Verdict { get; }

    /// <summary>How sure it is.</summary>
    public Confidence Confidence { get; }

    /// <summary>What it rests on; never empty.</summary>
    public IReadOnlyList<Evidence> Evidence { get; }

    /// <summary>What could change the conclusion and cannot be known from where Vitrine looks.</summary>
    public IReadOnlyList<string> Unknowns { get; }

    /// <summary>What to do or look at next.</summary>
    public IReadOnlyList<string> NextSteps { get; }
}
