namespace Vitrine.Insight.Statistics;

/// <summary>The standard normal distribution.</summary>
public static class Normal
{
    /// <summary>The two-sided 95 % quantile.</summary>
    public const double Z95 = 1.959963984540054;

    /// <summary>P(Z ≤ z), with an absolute error below 1.5e-7 (Abramowitz and Stegun, 7.1.26).</summary>
    public static double Cumulative(double z)
    {
        var x = Math.Abs(z) / Math.Sqrt(2);
        var t = 1 / (1 + 0.3275911 * x);
        var erf = 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.Exp(-x * x);
        return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
    }
}
