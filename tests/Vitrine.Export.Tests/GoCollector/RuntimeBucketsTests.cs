using Vitrine.Export.GoCollector;

namespace Vitrine.Export.Tests.GoCollector;

public sealed class RuntimeBucketsTests
{
    [Fact]
    public void Samples_OfSeconds_LieAPowerOfTenApartAndNotAboveASecond()
    {
        double[] bounds = [double.NegativeInfinity, 0, 1e-9, 5e-9, 1e-8, 0.2, 1, 1.5, 3, double.PositiveInfinity];
        ulong[] counts = [1, 2, 4, 8, 16, 32, 64, 128, 256];

        var samples = RuntimeBuckets.Samples(counts, bounds, "seconds", sum: null);

        // Kept: 0, 1e-9, 1e-8, 0.2, and what is above a second; 1 is less than ten times 0.2.
        Assert.Equal(["9.999999999999999e-10", "9.999999999999999e-09", "0.19999999999999998", "+Inf"], samples.Take(4).Select(one => one.Labels[0].Value));
        Assert.Equal([3, 15, 31, 511], samples.Take(4).Select(one => one.Value));
        Assert.Equal("_sum", samples[4].Suffix);
        Assert.Equal(12 * 1e-9 + 16 * 1e-8 + 480 * 0.2, samples[4].Value, 1e-9);
        Assert.Equal(("_count", 511d), (samples[5].Suffix, samples[5].Value));
    }

    [Fact]
    public void Samples_OfBytesWithTheirSum_LieAPowerOfTwoApart()
    {
        var samples = RuntimeBuckets.Samples([1, 1, 1, 1], [1, 9, 17, 25, double.PositiveInfinity], "bytes", sum: 77);

        Assert.Equal(["8.999999999999998", "24.999999999999996", "+Inf"], samples.Take(3).Select(one => one.Labels[0].Value));
        Assert.Equal([1, 3, 4, 77, 4], samples.Select(one => one.Value));
    }

    [Fact]
    public void Samples_OfBoundsThatDoNotFit_AreRefused() => Assert.Throws<ArgumentException>(() => RuntimeBuckets.Samples([1, 2], [0, 1], "bytes", null));
}
