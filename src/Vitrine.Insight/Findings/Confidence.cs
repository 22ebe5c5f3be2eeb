namespace Vitrine.Insight.Findings;

/// <summary>How sure a finding is, as a number that was computed, with the computation.</summary>
public readonly record struct Confidence
{
    /// <summary>A confidence of <paramref name="value"/>, computed as <paramref name="computation"/> says.</summary>
    /// <param name="value">From 0 to 1.</param>
    /// <param name="computation">The factors with their figures, so that a reader can repeat it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not from 0 to 1.</exception>
    public Confidence(double value, string computation)
    {
        if (!(value is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(value), value, "A confidence is from 0 to 1.");
        Value = value;
        Computation = computation;
    }

    /// <summary>From 0 to 1.</summary>
    public double Value { get; }

    /// <summary>The factors it is the product of.</summary>
    public string Computation { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Value * 100:F0} %";
}
