using System.Globalization;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Statistics;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Insight.HeapGrowth;

/// <summary>
/// Finds places whose objects in use grow from look to look: a cache without a limit, a list that nobody empties. Works on heap profiles of any runtime that samples by bytes (Go's, and <c>heap</c> of .NET).
/// </summary>
/// <remarks>
/// Two questions decide. Does it grow steadily: the Mann–Kendall test over all looks, which one burst cannot pass. Is it more than the samples' own error: a place with B bytes in samples of one in M has at most the
/// variance M·B, and the growth between two looks at most the sum of both. A steady growth is a suspicion and no more: a cache that fills up to its limit looks the same until it is full.
/// </remarks>
public static class HeapGrowthFinder
{
    /// <summary>Looks that are needed at least: with four, a steady growth by chance has the probability 1/24.</summary>
    public const int LeastLooks = 4;

    const double MostTrendP = 0.05, LeastStandardErrors = 3;

    /// <summary>Places that grow, the fastest first.</summary>
    /// <param name="looks">Heap profiles of one process in the order of their times, each after a collection that the one before did not have.</param>
    /// <exception cref="ArgumentException">There are fewer than <see cref="LeastLooks"/>, they are not in order, or one has no <c>inuse_space</c>.</exception>
    public static IReadOnlyList<HeapGrowthFinding> Find(IReadOnlyList<(DateTimeOffset At, Profile Heap)> looks)
    {
        ArgumentNullException.ThrowIfNull(looks);
        if (looks.Count < LeastLooks) throw new ArgumentException($"{looks.Count} looks show no trend; {LeastLooks} are needed.", nameof(looks));
        for (var i = 1; i < looks.Count; i++)
            if (looks[i].At <= looks[i - 1].At) throw new ArgumentException("The looks are not in the order of their times.", nameof(looks));

        var places = new Dictionary<string, (double[] InUse, double[] Allocated)>(StringComparer.Ordinal);
        double mean = 1;
        for (var i = 0; i < looks.Count; i++)
        {
            var heap = looks[i].Heap;
            mean = Math.Max(mean, heap.Period);
            var (inUse, allocated) = (TypeOf(heap, "inuse_space"), TypeOf(heap, "alloc_space"));
            if (inUse < 0) throw new ArgumentException("A profile has no inuse_space: it is none of a heap.", nameof(looks));
            foreach (var sample in heap.Samples)
            {
                var place = PlaceOf(heap, sample);
                if (!places.TryGetValue(place, out var series)) places.Add(place, series = (new double[looks.Count], new double[looks.Count]));
                series.InUse[i] += sample.Values[inUse];
                if (allocated >= 0) series.Allocated[i] += sample.Values[allocated];
            }
        }
        var hours = looks.Select(look => (look.At - looks[0].At).TotalHours).ToArray();
        return [.. places.Select(place => Judge(place.Key, place.Value.InUse, place.Value.Allocated, hours, mean)).OfType<HeapGrowthFinding>()
            .OrderByDescending(static one => one.BytesPerHour).ThenBy(static one => one.Place, StringComparer.Ordinal)];
    }

    static HeapGrowthFinding? Judge(string place, double[] inUse, double[] allocated, double[] hours, double mean)
    {
        var growth = inUse[^1] - inUse[0];
        var error = Math.Sqrt(mean * (inUse[0] + inUse[^1]));
        var trend = MannKendall.UpwardP(inUse);
        if (growth <= LeastStandardErrors * error || trend > MostTrendP) return null;
        var slope = TheilSen.Fit(hours, inUse);
        var certain = Normal.Cumulative(growth / error);
        var stayed = allocated[^1] - allocated[0];
        List<Evidence> evidence =
        [
            new(Text($"Bytes in use at {inUse.Length} looks over {hours[^1] * 60:0.#} minutes: {string.Join(", ", inUse.Select(Size))}."), Provenance.Estimated("heap profiles")),
            new(Text($"It grows by {Size(slope.Slope)} an hour (95 % between {Size(slope.Lower)} and {Size(slope.Upper)})."), Provenance.Computed("Theil–Sen slope")),
        ];
        if (stayed > 0)
            evidence.Add(new(Text($"Of {Size(stayed)} that were allocated there between the first and the last look, {Size(growth)} stayed ({Math.Min(1, growth / stayed) * 100:0} %)."), Provenance.Estimated("heap profiles")));
        return new(place, slope.Slope, new(
            Text($"{place} keeps more and more: {Size(growth)} in {hours[^1] * 60:0.#} minutes"), Verdict.Suspect,
            new((1 - trend) * certain, Text($"(1 − {trend:0.####} for a steady rise by chance) × {certain:0.####} for {growth / error:0.#} standard errors of the samples")),
            evidence,
            ["Whether it ends: a cache that fills up to a limit looks the same until it is full."],
            ["Look again later: what fills up has stopped by then.", "See who holds the objects: a heap dump of two moments shows the path from the roots."]));
    }

    static int TypeOf(Profile heap, string type)
    {
        for (var i = 0; i < heap.SampleTypes.Count; i++)
            if (heap.SampleTypes[i].Type == type) return i;
        return -1;
    }

    // The stack by names: instruction addresses change when a method is compiled again.
    static string PlaceOf(Profile heap, Sample sample)
    {
        List<string> names = [];
        foreach (var location in sample.LocationIndexes)
        {
            var lines = heap.Locations[location];
            for (var i = 0; i < lines.LineCount; i++)
                names.Add(heap.Functions[lines.Line(i).Function].Name);
        }
        return names.Count > 0 ? string.Join(" < ", names) : "(no stack)";
    }

    static string Size(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
