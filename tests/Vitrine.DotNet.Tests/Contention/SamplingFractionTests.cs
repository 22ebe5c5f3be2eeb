using Vitrine.DotNet.Contention;

namespace Vitrine.DotNet.Tests.Contention;

public sealed class SamplingFractionTests
{
    [Fact]
    public void Set_ReturnsTheFractionFromBefore_AndNegativeOnlyReads()
    {
        var fraction = new SamplingFraction();

        Assert.Equal(0, fraction.Set(-1));
        Assert.Equal(0, fraction.Set(5));
        Assert.Equal(5, fraction.Set(-7));
        Assert.Equal(5, fraction.Set(1));
        Assert.Equal(1, fraction.Set(0));
        Assert.Equal(0, fraction.Rate);
    }

    [Theory, InlineData(0), InlineData(1)]
    public void Take_OffAndEvery_AreExact(int rate)
    {
        var fraction = new SamplingFraction();
        fraction.Set(rate);

        Assert.All(Enumerable.Range(0, 1000), _ => Assert.Equal(rate, fraction.Take()));
    }

    /// <summary>The sum of the weights is the number of events, within five standard errors, also when the fraction changes in between.</summary>
    [Fact]
    public void Take_OneInN_IsUnbiasedAlsoWhileTheFractionChanges()
    {
        var fraction = new SamplingFraction();
        double sum = 0, variance = 0;
        const int Each = 20_000;
        int[] rates = [1, 7, 100, 3, 1000];
        foreach (var rate in rates)
        {
            fraction.Set(rate);
            for (var i = 0; i < Each; i++)
            {
                var weight = fraction.Take();
                Assert.True(weight == 0 || weight == rate);
                sum += weight;
            }
            variance += Each * (rate - 1.0);
        }

        Assert.InRange(sum, Each * rates.Length - 5 * Math.Sqrt(variance), Each * rates.Length + 5 * Math.Sqrt(variance));
    }
}
