using Vitrine.Insight.Statistics;

namespace Vitrine.Insight.Tests.Statistics;

public sealed class TheilSenTests
{
    [Fact]
    public void Fit_LineWithOneWildPoint_IgnoresIt()
    {
        double[] x = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        var y = x.Select(value => 2 * value + 1).ToArray();
        y[4] = 10_000;
        var fit = TheilSen.Fit(x, y);
        Assert.Equal(2, fit.Slope, 6);
        Assert.InRange(2.0, fit.Lower, fit.Upper);
    }

    [Fact]
    public void Fit_NoiseAroundALine_CoversTheSlopeMostOfTheTime()
    {
        var random = new Random(7);
        var covered = 0;
        const int rounds = 400;
        for (var round = 0; round < rounds; round++)
        {
            var x = Enumerable.Range(0, 15).Select(i => (double)i).ToArray();
            var y = x.Select(value => 0.5 * value + random.NextDouble() * 4).ToArray();
            var fit = TheilSen.Fit(x, y);
            if (fit.Lower <= 0.5 && 0.5 <= fit.Upper)
                covered++;
        }
        Assert.True(covered >= rounds * 0.9, $"the interval covered the true slope in {covered} of {rounds} rounds; 95 % are promised");
    }

    [Fact]
    public void Fit_FewerThanTwoPoints_IsZero() => Assert.Equal(default, TheilSen.Fit([1], [5]));
}
