namespace Vitrine.Insight.Statistics;

/// <summary>By how much the values of one sample lie above those of another: the median of all pairwise differences, with its 95 % interval.</summary>
/// <param name="Shift">The estimate, in the unit of the values.</param>
/// <param name="Lower">Lower end of the 95 % interval.</param>
/// <param name="Upper">Upper end of the 95 % interval.</param>
/// <param name="P">Two-sided p of the Mann–Whitney test that belongs to it: how often samples without a shift differ this much.</param>
public readonly record struct ShiftEstimate(double Shift, double Lower, double Upper, double P)
{
    /// <summary>Fewer values on one side cannot give a 95 % interval that means something.</summary>
    public const int Fewest = 8;

    /// <summary>A larger sample is thinned to this many values, evenly by rank, which keeps its distribution: the pairs are quadratic.</summary>
    const int Most = 1000;

    /// <summary>True when the whole interval lies on one side of zero.</summary>
    public bool IsClear => Lower > 0 || Upper < 0;

    /// <summary>
    /// Estimates the shift from <paramref name="control"/> to <paramref name="treated"/>. It asks nothing of the distribution but its shape being alike, and a
    /// few wild values do not move it: durations of requests have long tails (Hodges and Lehmann, 1963; interval by Moses, from the Mann–Whitney distribution).
    /// </summary>
    /// <returns>Null when a sample has fewer than <see cref="Fewest"/> values.</returns>
    public static ShiftEstimate? Between(IReadOnlyCollection<double> treated, IReadOnlyCollection<double> control)
    {
        ArgumentNullException.ThrowIfNull(treated);
        ArgumentNullException.ThrowIfNull(control);
        if (treated.Count < Fewest || control.Count < Fewest)
            return null;
        var x = Thin(treated);
        var y = Thin(control);
        var differences = new double[x.Length * y.Length];
        var at = 0;
        var above = 0.0;
        foreach (var one in x)
        {
            foreach (var other in y)
            {
                differences[at++] = one - other;
                above += one > other ? 1 : one.Equals(other) ? 0.5 : 0;
            }
        }
        Array.Sort(differences);
        double pairs = differences.Length;
        var spread = Math.Sqrt(pairs * (x.Length + y.Length + 1) / 12);
        var rank = (int)Math.Floor(pairs / 2 - Normal.Z95 * spread);
        var low = Math.Clamp(rank, 0, differences.Length - 1);
        var z = Math.Abs(above - pairs / 2) / spread;
        return new ShiftEstimate(Quantile.Median(differences), differences[low], differences[differences.Length - 1 - low], Math.Min(1, 2 * (1 - Normal.Cumulative(z))));
    }

    static double[] Thin(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        if (sorted.Length <= Most)
            return sorted;
        var thin = new double[Most];
        for (var i = 0; i < Most; i++)
            thin[i] = sorted[(int)((i + 0.5) * sorted.Length / Most)];
        return thin;
    }
}
