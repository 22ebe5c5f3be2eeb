namespace Vitrine.Insight.Statistics;

/// <summary>Bounds for a share seen in a sample.</summary>
public static class Proportion
{
    /// <summary>Lower end of Wilson's 95 % interval for <paramref name="hits"/> of <paramref name="trials"/>; 0 without trials. Honest for few trials, where the plain share is not.</summary>
    public static double WilsonLower(long hits, long trials)
    {
        if (trials <= 0)
            return 0;
        const double z = Normal.Z95;
        double n = trials;
        var share = hits / n;
        var centre = share + z * z / (2 * n);
        var margin = z * Math.Sqrt((share * (1 - share) + z * z / (4 * n)) / n);
        return Math.Max(0, (centre - margin) / (1 + z * z / n));
    }
}
