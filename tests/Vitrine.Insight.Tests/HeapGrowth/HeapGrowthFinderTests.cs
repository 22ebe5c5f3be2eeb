using Vitrine.Insight.Findings;
using Vitrine.Insight.HeapGrowth;
using Vitrine.Pprof;

namespace Vitrine.Insight.Tests.HeapGrowth;

public sealed class HeapGrowthFinderTests
{
    const long Mean = 102_400, Megabyte = 1_000_000;

    static readonly DateTimeOffset s_start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Samples of a place with this many true bytes of small objects, as a runtime would take them.</summary>
    static long Sampled(Random random, double bytes)
    {
        var (n, expected) = (0L, bytes / Mean);
        // Poisson by normal approximation is good enough from some ten samples on.
        var noise = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        n = (long)Math.Max(0, Math.Round(expected + noise * Math.Sqrt(expected)));
        return n * Mean;
    }

    static (DateTimeOffset, Profile) Look(int minute, params (string Place, long InUse, long Allocated)[] places)
    {
        var builder = new ProfileBuilder(new SampleType("alloc_space", "bytes"), new SampleType("inuse_space", "bytes")) { PeriodType = new("space", "bytes"), Period = Mean };
        foreach (var (place, inUse, allocated) in places)
            builder.AddSample([builder.Location(-1, 0, [new Line(builder.Function(place), 0)]), builder.Location(-1, 0, [new Line(builder.Function("Main"), 0)])], [allocated, inUse]);
        return (s_start.AddMinutes(minute), builder.Build());
    }

    [Fact]
    public void Find_AStaticCacheThatGrows_IsTheOnlySuspect_WithEvidenceAndComputedConfidence()
    {
        var random = new Random(11);
        var looks = Enumerable.Range(0, 6).Select(i => Look(i,
            ("Cache.Add", Sampled(random, (50 + 30 * i) * Megabyte), (50 + 40 * i) * Megabyte),
            ("Queue.Add", Sampled(random, 200 * Megabyte), 1000 * i * Megabyte),
            ("Burst.Add", i == 3 ? 500 * Megabyte : 10 * Megabyte, 600 * Megabyte))).ToList();

        var found = Assert.Single(HeapGrowthFinder.Find(looks));
        Assert.Equal("Cache.Add < Main", found.Place);
        Assert.InRange(found.BytesPerHour, 1_500 * Megabyte, 2_100 * Megabyte);
        Assert.Equal(Verdict.Suspect, found.Finding.Verdict);
        Assert.InRange(found.Finding.Confidence.Value, 0.98, 1);
        Assert.Contains("standard errors", found.Finding.Confidence.Computation, StringComparison.Ordinal);
        Assert.Contains(found.Finding.Evidence, static one => one.Statement.Contains("stayed", StringComparison.Ordinal));
        Assert.NotEmpty(found.Finding.Unknowns);
    }

    /// <summary>Places that do not grow, looked at thousands of times with the noise of the samples: a suspicion is rarer than the two tests together allow.</summary>
    [Fact]
    public void Find_PlacesThatOnlyVary_AreHardlyEverSuspects()
    {
        var random = new Random(5);
        var suspects = 0;
        for (var trial = 0; trial < 3_000; trial++)
            suspects += HeapGrowthFinder.Find([.. Enumerable.Range(0, 5).Select(i => Look(i, ("A", Sampled(random, 20 * Megabyte), 0)))]).Count;
        Assert.InRange(suspects, 0, 6);
    }

    [Fact]
    public void Find_TooFewLooks_OrOutOfOrder_OrNoHeap_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => HeapGrowthFinder.Find([Look(0), Look(1), Look(2)]));
        Assert.Throws<ArgumentException>(() => HeapGrowthFinder.Find([Look(0), Look(1), Look(1), Look(2)]));
        var other = new ProfileBuilder(new SampleType("cpu", "nanoseconds")).Build();
        Assert.Throws<ArgumentException>(() => HeapGrowthFinder.Find([Look(0), Look(1), Look(2), (s_start.AddMinutes(3), other)]));
    }
}
