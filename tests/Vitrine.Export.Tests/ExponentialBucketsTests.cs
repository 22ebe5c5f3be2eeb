using Vitrine.Instruments;

namespace Vitrine.Export.Tests;

public class ExponentialBucketsTests
{
    [Fact]
    public void From_KeepsCountsAndEachValueNearItsBucket()
    {
        for (var index = 0; index < 40 * LogLinearHistogram.BucketsPerPowerOfTwo; index++)
        {
            var histogram = LogLinearHistogram.Of([new(index, 7)], 0, 0, 0);

            var converted = ExponentialBuckets.From(histogram, count => count);

            if (index == 0)
            {
                Assert.Equal(7, converted.ZeroCount);
                Assert.Empty(converted.Counts);
                continue;
            }
            Assert.Equal([7], converted.Counts);
            // Every value of the source's bucket lies within 1/64 of the new one.
            Assert.True(LogLinearHistogram.LowerBound(index) >= ExponentialBuckets.LowerBound(converted.Offset) * (1 - LogLinearHistogram.RelativeError) - 1e-9);
            Assert.True(LogLinearHistogram.UpperBound(index) - 1 <= ExponentialBuckets.LowerBound(converted.Offset + 1) * (1 + LogLinearHistogram.RelativeError) + 1e-9);
        }
    }

    [Fact]
    public void From_CountsNothingAcrossAPowerOfTwo()
    {
        var values = Enumerable.Range(65, 5_000).Select(value => (long)value).ToArray();
        var converted = ExponentialBuckets.From(LogLinearHistogram.OfValues(values), count => count);

        foreach (var power in new[] { 7, 8, 9, 10, 11, 12 })
        {
            var below = converted.Counts.Take((power << ExponentialBuckets.Scale) - converted.Offset).Sum();
            Assert.Equal(values.LongCount(value => value < 1 << power), below);
        }
    }
}
