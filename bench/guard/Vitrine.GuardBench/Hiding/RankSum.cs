namespace Vitrine.GuardBench.Hiding;

/// <summary>The rank-sum test of Wilcoxon, Mann and Whitney (Ann. Math. Stat. 18, 1947), by the normal approximation with ties: whether values of the second sample tend to be larger.</summary>
/// <param name="Superiority">How probable it is that a value of the second one is larger than one of the first, equal ones counted half; 0.5 = neither tends to be.</param>
/// <param name="P">How probable a superiority so far from 0.5 would be if both were alike, on both sides.</param>
readonly record struct RankSum(double Superiority, double P)
{
    public static RankSum Of(double[] first, double[] second)
    {
        var all = first.Select(static value => (Value: value, IsSecond: false)).Concat(second.Select(static value => (Value: value, IsSecond: true))).OrderBy(static one => one.Value).ToArray();
        double ranks = 0, ties = 0;
        for (var i = 0; i < all.Length;)
        {
            var end = i;
            while (end < all.Length && all[end].Value == all[i].Value) end++;
            // Equal values share the mean of their ranks, which count from 1.
            var rank = (i + 1 + end) / 2.0;
            for (var k = i; k < end; k++)
                if (all[k].IsSecond) ranks += rank;
            double equal = end - i;
            ties += equal * equal * equal - equal;
            i = end;
        }
        double n = first.Length, m = second.Length, total = n + m;
        var u = ranks - m * (m + 1) / 2;
        var deviation = Math.Sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))));
        return new(u / (n * m), ErrorFunctionComplement(Math.Abs(u - n * m / 2) / deviation / Math.Sqrt(2)));
    }

    // Abramowitz and Stegun, 7.1.26: within 1.5e-7.
    static double ErrorFunctionComplement(double x)
    {
        var t = 1 / (1 + 0.3275911 * x);
        return t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.Exp(-x * x);
    }
}
