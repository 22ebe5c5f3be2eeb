using Vitrine.Instruments;

namespace Vitrine.Export.Tests;

public class LogLinearHistogramTests
{
    [Fact]
    public void Buckets_OfAllSizes_AdjoinAndHoldTheirBounds()
    {
        for (var index = 0; index < LogLinearHistogram.BucketCount; index++)
        {
            var low = LogLinearHistogram.LowerBound(index);
            var high = LogLinearHistogram.UpperBound(index);
            Assert.Equal(index, LogLinearHistogram.IndexOf((ulong)low));
            if (high < Math.ScaleB(1, 53))
                Assert.Equal(index, LogLinearHistogram.IndexOf((ulong)high - 1));
            if (index + 1 < LogLinearHistogram.BucketCount)
                Assert.Equal(high, LogLinearHistogram.LowerBound(index + 1));
            // The stated error, from the middle to either end.
            Assert.True(high - 1 - LogLinearHistogram.Middle(index) <= LogLinearHistogram.RelativeError * Math.Max(low, 1), $"bucket {index}");
        }
        Assert.Equal(LogLinearHistogram.BucketCount - 1, LogLinearHistogram.IndexOf(ulong.MaxValue));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100_000)]
    public void Quantiles_OfRandomValues_AreWithinTheStatedError(int count)
    {
        var random = new Random(17);
        var values = Enumerable.Range(0, count).Select(_ => (long)Math.Pow(2, random.NextDouble() * 40)).ToArray();
        var histogram = LogLinearHistogram.OfValues(values);
        Array.Sort(values);

        Assert.Equal(count, histogram.Count);
        Assert.Equal(values[^1], histogram.Max);
        Assert.Equal(values[0], histogram.Min);
        foreach (var share in new[] { 0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1 })
        {
            var true_ = values[Math.Clamp((int)Math.Ceiling(share * count) - 1, 0, count - 1)];
            Assert.InRange(histogram.Quantile(share).Value, true_ * (1 - LogLinearHistogram.RelativeError), true_ * (1 + LogLinearHistogram.RelativeError));
        }
    }

    [Fact]
    public void Quantile_OfNothing_IsUnknown()
    {
        Assert.False(LogLinearHistogram.Empty.Quantile(0.5).IsKnown);
        Assert.Same(LogLinearHistogram.Empty, LogLinearHistogram.Of([new(5, 0), new(-1, 3), new(LogLinearHistogram.BucketCount, 4)], 0, 0, 0));
    }

    [Fact]
    public void Plus_OfTwo_IsTheHistogramOfBoth()
    {
        long[] one = [3, 70, 5_000], other = [70, 1_000_000];

        var both = LogLinearHistogram.OfValues(one).Plus(LogLinearHistogram.OfValues(other));
        var together = LogLinearHistogram.OfValues([.. one, .. other]);

        Assert.Equal(together.Buckets, both.Buckets);
        Assert.Equal((together.Sum, together.Min, together.Max), (both.Sum, both.Min, both.Max));
    }
}
