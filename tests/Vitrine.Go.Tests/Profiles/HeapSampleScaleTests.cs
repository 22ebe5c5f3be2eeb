using Vitrine.Go.Profiles;

namespace Vitrine.Go.Tests.Profiles;

public sealed class HeapSampleScaleTests
{
    [Fact]
    public void ByMean_OneObjectOfTheRate_CountsAsItsInverseProbability()
    {
        // An object as large as the rate is sampled with probability 1-1/e, so it stands for 1.58 objects.
        Assert.Equal((158, 82941140), HeapSampleScale.ByMean(100, 100 * 524288L, 524288));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-5)]
    public void ByMean_RateOfAtMostOne_ScalesNothing(long rate) => Assert.Equal((3, 96), HeapSampleScale.ByMean(3, 96, rate));

    [Fact]
    public void ByMean_NothingCounted_IsNothing()
    {
        Assert.Equal((0, 0), HeapSampleScale.ByMean(0, 96, 512));
        Assert.Equal((0, 0), HeapSampleScale.ByMean(3, 0, 512));
    }

    [Fact]
    public void BySize_SameSizes_AgreesWithByMean() =>
        Assert.Equal(HeapSampleScale.ByMean(7, 7 * 48, 4096), HeapSampleScale.BySize(7, 48, 4096));

    [Theory]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(long.MinValue, 1)]
    [InlineData(1, long.MinValue)]
    public void BothWays_HostileCounts_DoNotThrow(long count, long bytes)
    {
        HeapSampleScale.ByMean(count, bytes, 512);
        HeapSampleScale.BySize(count, bytes, 512);
    }
}
