namespace Vitrine.Insight.Statistics;

/// <summary>A robust slope: the median of the slopes between all pairs of points, with its 95 % interval.</summary>
/// <param name="Slope">Per unit of x; 0 when there are fewer than two points.</param>
/// <param name="Lower">Lower end of the 95 % interval.</param>
/// <param name="Upper">Upper end of the 95 % interval.</param>
public readonly record struct TheilSen(double Slope, double Lower, double Upper)
{
    /// <summary>
    /// Fits a line through the points. Up to 29 % of the points may be wild without moving it (Sen, 1968); least squares would follow one burst.
    /// The interval takes the order statistics of the pair slopes around the median, from the variance of Kendall's S.
    /// </summary>
    public static TheilSen Fit(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length != y.Length)
            throw new ArgumentException("As many x as y are needed.", nameof(y));
        var n = x.Length;
        var slopes = new List<double>(n * (n - 1) / 2);
        for (var i = 0; i < n; i++)
        {
            for (var j = i + 1; j < n; j++)
            {
                if (!x[j].Equals(x[i]))
                    slopes.Add((y[j] - y[i]) / (x[j] - x[i]));
            }
        }
        if (slopes.Count == 0)
            return default;
        slopes.Sort();
        var spread = Normal.Z95 * Math.Sqrt(n * (n - 1.0) * (2.0 * n + 5) / 18);
        var low = (int)Math.Floor((slopes.Count - spread) / 2);
        var high = (int)Math.Ceiling((slopes.Count + spread) / 2);
        return new TheilSen(
            Median(slopes),
            slopes[Math.Clamp(low, 0, slopes.Count - 1)],
            slopes[Math.Clamp(high, 0, slopes.Count - 1)]);
    }

    static double Median(List<double> sorted) =>
        sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
}
