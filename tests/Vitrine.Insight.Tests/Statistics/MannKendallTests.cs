using Vitrine.Insight.Statistics;

namespace Vitrine.Insight.Tests.Statistics;

public sealed class MannKendallTests
{
    [Theory]
    [InlineData(4, 1.0 / 24)]
    [InlineData(5, 1.0 / 120)]
    [InlineData(8, 1.0 / 40320)]
    public void UpwardP_StrictlyRising_IsOneInAllOrders(int n, double expected)
    {
        var values = Enumerable.Range(0, n).Select(i => (double)i).ToArray();
        Assert.Equal(expected, MannKendall.UpwardP(values), 12);
    }

    [Fact]
    public void UpwardP_AllOrdersOfSixValues_IsTheShareOfOrdersAtLeastAsRising()
    {
        // The independent truth is counting: the p of an order is the share of all 720 orders whose score is no smaller.
        var orders = Permutations([1, 2, 3, 4, 5, 6]).ToList();
        var scores = orders.Select(Score).ToList();
        for (var i = 0; i < orders.Count; i += 7)
        {
            if (scores[i] <= 0)
                continue;
            var expected = scores.Count(score => score >= scores[i]) / 720.0;
            Assert.Equal(expected, MannKendall.UpwardP(orders[i]), 10);
        }
    }

    [Fact]
    public void UpwardP_Ties_AgreesWithShuffling()
    {
        double[] values = [3, 3, 4, 4, 4, 5, 5, 6, 5, 6, 7, 7];
        var random = new Random(1);
        var score = Score(values);
        var hits = 0;
        const int rounds = 40_000;
        for (var round = 0; round < rounds; round++)
        {
            var shuffled = values.ToArray();
            random.Shuffle(shuffled);
            if (Score(shuffled) >= score)
                hits++;
        }
        Assert.InRange(MannKendall.UpwardP(values), hits / (double)rounds / 3 - 1e-4, hits / (double)rounds * 3 + 1e-4);
    }

    [Theory]
    [InlineData(new double[] { 5, 5, 5, 5, 5, 5, 5 })]
    [InlineData(new double[] { 9, 8, 7, 6, 5 })]
    [InlineData(new double[] { 1, 2 })]
    public void UpwardP_NoRise_IsOne(double[] values) => Assert.Equal(1, MannKendall.UpwardP(values));

    static int Score(double[] values)
    {
        var score = 0;
        for (var i = 0; i < values.Length; i++)
            for (var j = i + 1; j < values.Length; j++)
                score += Math.Sign(values[j].CompareTo(values[i]));
        return score;
    }

    static IEnumerable<double[]> Permutations(double[] values)
    {
        if (values.Length == 1)
        {
            yield return values;
            yield break;
        }
        for (var i = 0; i < values.Length; i++)
        {
            foreach (var rest in Permutations([.. values[..i], .. values[(i + 1)..]]))
                yield return [values[i], .. rest];
        }
    }
}
