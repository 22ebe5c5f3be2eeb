namespace Vitrine.Insight.Statistics;

/// <summary>
/// The Mann–Kendall test for an upward trend. It asks only for the order of the values, so that one burst or one outlier
/// does not make a trend, and it needs no assumption about how the values are distributed.
/// Source: Kendall, Rank Correlation Methods (1948); the exact distribution is that of inversions in a permutation.
/// </summary>
public static class MannKendall
{
    /// <summary>Up to this many values without ties the exact distribution is used; above it the normal approximation is good to three digits.</summary>
    const int ExactLimit = 40;

    /// <summary>The probability of a trend at least this much upward if there were none (one-sided p); 1 for fewer than three values.</summary>
    public static double UpwardP(ReadOnlySpan<double> values)
    {
        var n = values.Length;
        if (n < 3)
            return 1;
        var score = 0L;
        var tied = false;
        for (var i = 0; i < n; i++)
        {
            for (var j = i + 1; j < n; j++)
            {
                var sign = values[j].CompareTo(values[i]);
                score += Math.Sign(sign);
                tied |= sign == 0;
            }
        }
        if (score <= 0)
            return 1;
        return !tied && n <= ExactLimit ? ExactTail(n, score) : NormalTail(values, score);
    }

    // P(S >= score): S = n(n-1)/2 - 2·inversions, and the number of permutations with k inversions obeys a simple recurrence.
    static double ExactTail(int n, long score)
    {
        var most = n * (n - 1) / 2;
        var probability = new double[most + 1];
        probability[0] = 1;
        var next = new double[most + 1];
        for (var size = 2; size <= n; size++)
        {
            Array.Clear(next);
            var reach = size * (size - 1) / 2;
            for (var k = 0; k <= reach; k++)
            {
                var sum = 0.0;
                for (var move = 0; move < size && move <= k; move++)
                    sum += probability[k - move];
                next[k] = sum / size;
            }
            (probability, next) = (next, probability);
        }
        var limit = (most - score) / 2;
        var tail = 0.0;
        for (var k = 0; k <= limit; k++)
            tail += probability[k];
        return Math.Min(1, tail);
    }

    static double NormalTail(ReadOnlySpan<double> values, long score)
    {
        double n = values.Length;
        var variance = n * (n - 1) * (2 * n + 5);
        var sorted = values.ToArray();
        Array.Sort(sorted);
        for (var start = 0; start < sorted.Length;)
        {
            var end = start + 1;
            while (end < sorted.Length && sorted[end].Equals(sorted[start]))
                end++;
            double t = end - start;
            variance -= t * (t - 1) * (2 * t + 5);
            start = end;
        }
        variance /= 18;
        return variance <= 0 ? 1 : 1 - Normal.Cumulative((score - 1) / Math.Sqrt(variance));
    }
}
