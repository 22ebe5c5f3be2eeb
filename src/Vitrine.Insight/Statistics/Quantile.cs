namespace Vitrine.Insight.Statistics;

/// <summary>Quantiles of sorted values.</summary>
public static class Quantile
{
    /// <summary>The smallest value that at least <paramref name="share"/> of the values do not exceed (nearest rank): always a value that occurred.</summary>
    /// <param name="sorted">Sorted upwards, not empty.</param>
    /// <param name="share">From 0 to 1.</param>
    public static T Of<T>(IReadOnlyList<T> sorted, double share)
    {
        ArgumentNullException.ThrowIfNull(sorted);
        if (sorted.Count == 0)
            throw new ArgumentException("Nothing has no quantiles.", nameof(sorted));
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
    }

    /// <summary>The median; between the two middle values when their number is even.</summary>
    /// <param name="sorted">Sorted upwards, not empty.</param>
    public static double Median(IReadOnlyList<double> sorted)
    {
        ArgumentNullException.ThrowIfNull(sorted);
        if (sorted.Count == 0)
            throw new ArgumentException("Nothing has no median.", nameof(sorted));
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
