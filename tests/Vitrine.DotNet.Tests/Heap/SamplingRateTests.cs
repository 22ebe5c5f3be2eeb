using Vitrine.DotNet.Allocations;

namespace Vitrine.DotNet.Tests.Heap;

public sealed class SamplingRateTests
{
    [Theory]
    [InlineData(24UL)]
    [InlineData(1_024UL)]
    [InlineData(102_400UL)]
    [InlineData(10_000_000UL)]
    public void Of_IsTheReciprocalOfTheProbability(ulong size)
    {
        // The rule itself, byte by byte, in decimal arithmetic that does not lose the small ones.
        var missed = Math.Pow(1 - 1 / 102_400.0, size);
        var estimate = SamplingRate.OfRuntime.Of(size);
        Assert.Equal(size / (1 - missed), estimate.Bytes, size * 1e-6);
        Assert.Equal(estimate.Bytes / size, estimate.Objects, 1e-6 * estimate.Objects);
    }

    /// <summary>The mean of many runs is the truth, and their spread is the error that each run states: for small objects, large ones and a mix.</summary>
    [Theory]
    [InlineData(24, 24)]
    [InlineData(200_000, 200_000)]
    [InlineData(24, 400_000)]
    public void Estimate_OverManyRuns_IsUnbiased_WithTheErrorItStates(int smallest, int largest)
    {
        var random = new Random(42);
        const int Runs = 400;
        var objects = largest > 1_000 ? 300 : 60_000;
        double sum = 0, squares = 0, variance = 0, total = 0;
        for (var run = 0; run < Runs; run++)
        {
            var estimate = default(Estimate);
            total = 0;
            for (var i = 0; i < objects; i++)
            {
                var size = (ulong)(i % 2 == 0 ? smallest : largest);
                total += size;
                if (random.NextDouble() < SamplingRate.OfRuntime.Probability(size)) estimate += SamplingRate.OfRuntime.Of(size);
            }
            sum += estimate.Bytes;
            squares += estimate.Bytes * estimate.Bytes;
            variance += estimate.BytesVariance;
        }
        var mean = sum / Runs;
        var spread = Math.Sqrt(squares / Runs - mean * mean);
        Assert.InRange(mean, total - 4 * spread / Math.Sqrt(Runs), total + 4 * spread / Math.Sqrt(Runs));
        // A spread of 400 runs is known to 1/√800 of itself; four times that.
        Assert.InRange(Math.Sqrt(variance / Runs) / spread, 0.86, 1.14);
    }

    [Fact]
    public void KeptFrom_TwiceHalved_IsASampleOfFourTimesTheMean()
    {
        var rate = SamplingRate.OfRuntime;
        foreach (var size in (ulong[])[24, 5_000, 100_000, 3_000_000])
            Assert.Equal(rate.Halved.Halved.Probability(size), rate.Probability(size) * rate.Halved.KeptFrom(rate, size) * rate.Halved.Halved.KeptFrom(rate.Halved, size), 1e-12);
    }
}
