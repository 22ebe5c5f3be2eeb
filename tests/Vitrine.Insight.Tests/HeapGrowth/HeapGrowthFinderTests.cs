using Vitrine.Insight.Findings;
using Vitrine.Insight.HeapGrowth;
using Vitrine.Instruments;
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

    /// <summary>A look with objects too, each of 10 KB.</summary>
    static HeapLook Whole(int minute, double inUse, double allocated, bool afterWholeHeap = true)
    {
        const long Each = 10_000;
        var builder = new ProfileBuilder(new("alloc_objects", "count"), new("alloc_space", "bytes"), new("inuse_objects", "count"), new("inuse_space", "bytes")) { PeriodType = new("space", "bytes"), Period = Mean };
        long Bytes(double megabytes) => (long)(megabytes * Megabyte);
        builder.AddSample([builder.Location(-1, 0, [new Line(builder.Function("System.Collections.Generic.List.Add"), 0)]), builder.Location(-1, 0, [new Line(builder.Function("Cache.Add"), 0)])],
            [Bytes(allocated) / Each, Bytes(allocated), Bytes(inUse) / Each, Bytes(inUse)]);
        return new(s_start.AddMinutes(minute), builder.Build(), afterWholeHeap);
    }

    static HeapRoom Room(double gigabytes) => new(Known<double>.Of(gigabytes * 1e9, Provenance.Read("a test")), "the end of the machine's memory");

    /// <summary>Behind collections of the whole heap, all of it stays, it does not slow down, and memory is used up within a day: nothing that ends it is in sight.</summary>
    [Fact]
    public void Find_AllOfItStaysAndTheMemoryEndsSoon_IsAFault()
    {
        var found = Assert.Single(HeapGrowthFinder.Find([.. Enumerable.Range(0, 6).Select(static i => Whole(i, 50 + 100 * i, 50 + 101 * i))], Room(20)));

        Assert.Equal(Verdict.Fault, found.Finding.Verdict);
        Assert.StartsWith("Cache.Add keeps more and more", found.Finding.Title, StringComparison.Ordinal);
        Assert.InRange(found.Finding.Confidence.Value, 0.97, 1);
        Assert.Contains("stays, at least", found.Finding.Confidence.Computation, StringComparison.Ordinal);
        Assert.Contains(found.Finding.Evidence, static one => one.Statement.Contains("in 3.3 hours", StringComparison.Ordinal));
        Assert.Equal(100 * Megabyte / 60.0, found.PerSecond.Slope, 1.0);
    }

    /// <summary>Each of the conditions by itself.</summary>
    [Theory]
    [InlineData("no collection of the whole heap")]
    [InlineData("a third goes")]
    [InlineData("it slows down")]
    [InlineData("it takes a week")]
    [InlineData("nobody knows what is left")]
    public void Find_OneOfTheConditionsIsMissing_IsASuspectThatSaysWhich(string missing)
    {
        var looks = Enumerable.Range(0, 6).Select(i => missing switch
        {
            "no collection of the whole heap" => Whole(i, 50 + 100 * i, 50 + 101 * i, afterWholeHeap: i == 3),
            "a third goes" => Whole(i, 50 + 100 * i, 50 + 150 * i),
            "it slows down" => Whole(i, 50 + 100 * Math.Sqrt(Math.Sqrt(i)), 50 + 101 * Math.Sqrt(Math.Sqrt(i))),
            _ => Whole(i, 50 + 100 * i, 50 + 101 * i),
        }).ToList();
        var room = missing switch { "it takes a week" => Room(1_000), "nobody knows what is left" => new HeapRoom(Known<double>.Unknown("the file is gone"), ""), _ => Room(20) };

        var found = Assert.Single(HeapGrowthFinder.Find(looks, room));

        Assert.Equal(Verdict.Suspect, found.Finding.Verdict);
        Assert.StartsWith(missing switch
        {
            "no collection of the whole heap" => "Whether old objects are still in use: 1 collections",
            "a third goes" => "Not all of it stays",
            "it slows down" => "It slows down",
            "it takes a week" => "Whether it ends before it hurts",
            _ => "How long it can go on: the file is gone",
        }, found.Finding.Unknowns[0], StringComparison.Ordinal);
    }

    /// <summary>Objects that live long and then die pile up between two collections of the whole heap, and are no leak: only looks behind one count when there are enough.</summary>
    [Fact]
    public void Find_OldGarbageBetweenWholeCollections_IsNothing()
    {
        var looks = Enumerable.Range(0, 30).Select(static i => Whole(i, 50 + 40 * (i % 5), 50 + 40 * i, afterWholeHeap: i % 5 == 0)).ToList();

        Assert.Empty(HeapGrowthFinder.Find(looks, Room(20)));
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
