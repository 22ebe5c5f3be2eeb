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
/// Two questions decide whether it is a suspect. Does it grow steadily: the Mann–Kendall test over all looks, which one burst cannot pass. Is it more than the samples' own error: a place with B bytes in samples of one in M
/// has at most the variance M·B, and the growth between two looks at most the sum of both. A steady growth alone is a suspicion: a cache that fills up to its limit looks the same until it is full.
/// More than a suspicion it is when four things come together: every look stands behind a collection of the whole heap of its own, so that what is shown in use was reachable then; of what is allocated there nearly all stays;
/// it does not slow down, as what fills up does; and at its pace the memory is used up within a day. Then whatever makes it end has to come soon, and nothing that can be seen announces it.
/// </remarks>
public static class HeapGrowthFinder
{
    /// <summary>Looks that are needed at least: with four, a steady growth by chance has the probability 1/24.</summary>
    public const int LeastLooks = 4;

    /// <summary>Looks behind a collection of the whole heap that more than a suspicion needs: with five, a steady growth by chance has the probability 1/120.</summary>
    public const int LeastWholeHeapLooks = 5;

    /// <summary>The greatest probability by chance of a rise that is named.</summary>
    public const double MostTrendP = 0.05;

    const double LeastStandardErrors = 3;
    const double FaultTrendP = 0.01, FaultStays = 0.8, FaultPace = 0.5, FaultHours = 24;

    /// <summary>Places that grow, the fastest first.</summary>
    /// <param name="looks">Heap profiles of one process in the order of their times, each after a collection that the one before did not have.</param>
    /// <exception cref="ArgumentException">There are fewer than <see cref="LeastLooks"/>, they are not in order, or one has no <c>inuse_space</c>.</exception>
    public static IReadOnlyList<HeapGrowthFinding> Find(IReadOnlyList<(DateTimeOffset At, Profile Heap)> looks)
    {
        ArgumentNullException.ThrowIfNull(looks);
        return Find([.. looks.Select(static look => new HeapLook(look.At, look.Heap))], new HeapRoom(Known<double>.Unknown("nobody asked"), ""));
    }

    /// <summary>Places that grow, the fastest first. When enough of the looks stand behind collections of the whole heap, only these are judged.</summary>
    /// <param name="looks">Heap profiles of one process in the order of their times, each after a collection that the one before did not have.</param>
    /// <param name="room">How much the process may still grow.</param>
    /// <exception cref="ArgumentException">There are fewer than <see cref="LeastLooks"/>, they are not in order, or one has no <c>inuse_space</c>.</exception>
    public static IReadOnlyList<HeapGrowthFinding> Find(IReadOnlyList<HeapLook> looks, HeapRoom room)
    {
        ArgumentNullException.ThrowIfNull(looks);
        ArgumentNullException.ThrowIfNull(room);
        if (looks.Count < LeastLooks) throw new ArgumentException($"{looks.Count} looks show no trend; {LeastLooks} are needed.", nameof(looks));
        for (var i = 1; i < looks.Count; i++)
            if (looks[i].At <= looks[i - 1].At) throw new ArgumentException("The looks are not in the order of their times.", nameof(looks));
        var whole = looks.Count(static look => look.AfterWholeHeap);
        if (whole >= LeastWholeHeapLooks) looks = [.. looks.Where(static look => look.AfterWholeHeap)];

        var places = new Dictionary<string, PlaceSeries>(StringComparer.Ordinal);
        double mean = 1;
        for (var i = 0; i < looks.Count; i++)
        {
            var heap = looks[i].Heap;
            mean = Math.Max(mean, heap.Period);
            var (inUse, allocated, objects, made) = (TypeOf(heap, "inuse_space"), TypeOf(heap, "alloc_space"), TypeOf(heap, "inuse_objects"), TypeOf(heap, "alloc_objects"));
            if (inUse < 0) throw new ArgumentException("A profile has no inuse_space: it is none of a heap.", nameof(looks));
            foreach (var sample in heap.Samples)
            {
                var place = PlaceOf(heap, sample);
                if (!places.TryGetValue(place, out var series)) places.Add(place, series = new(looks.Count));
                series.InUse[i] += sample.Values[inUse];
                if (allocated >= 0) series.Allocated[i] += sample.Values[allocated];
                if (objects >= 0) series.ObjectsInUse[i] += sample.Values[objects];
                if (made >= 0) series.ObjectsAllocated[i] += sample.Values[made];
            }
        }
        var hours = looks.Select(look => (look.At - looks[0].At).TotalHours).ToArray();
        var judge = new Judge(hours, mean, whole, room);
        return [.. places.Select(place => judge.Of(place.Key, place.Value)).OfType<HeapGrowthFinding>().OrderByDescending(static one => one.BytesPerHour).ThenBy(static one => one.Place, StringComparer.Ordinal)];
    }

    sealed class Judge(double[] hours, double mean, int whole, HeapRoom room)
    {
        public HeapGrowthFinding? Of(string place, PlaceSeries series)
        {
            var growth = series.Growth;
            var error = Math.Sqrt(mean * (series.InUse[0] + series.InUse[^1]));
            var trend = MannKendall.UpwardP(series.InUse);
            if (growth <= LeastStandardErrors * error || trend > MostTrendP) return null;
            var slope = TheilSen.Fit(hours, series.InUse);
            var certain = Normal.Cumulative(growth / error);
            List<Evidence> evidence =
            [
                new($"Allocated by {place}.", Provenance.Read("the stacks of the allocations")),
                new(Text($"Bytes in use at {series.InUse.Length} looks over {hours[^1] * 60:0.#} minutes: {string.Join(", ", series.InUse.Select(Size))}."), Provenance.Estimated("heap profiles")),
                new(Text($"It grows by {Size(slope.Slope)} an hour (95 % between {Size(slope.Lower)} and {Size(slope.Upper)})."), Provenance.Computed("Theil–Sen slope")),
            ];
            var (confidence, computation) = ((1 - trend) * certain, Text($"(1 − {trend:0.####} for a steady rise by chance) × {certain:0.####} for {growth / error:0.#} standard errors of the samples"));
            List<string> against = [];
            var stays = series.StayedAtLeast(mean);
            if (series.Newcomers > 0)
            {
                evidence.Add(new(Text($"Of {Size(series.Newcomers)} that were allocated there between the first and the last look, {Size(growth)} stayed ({Math.Min(1, growth / series.Newcomers) * 100:0} %; at least {stays * 100:0} % with 95 % confidence)."),
                    Provenance.Estimated("heap profiles")));
            }
            if (stays < FaultStays) against.Add(Text($"Not all of it stays: that at least {FaultStays * 100:0} % does cannot be said."));
            if (whole >= LeastWholeHeapLooks)
                evidence.Add(new(Text($"Each of these looks stands behind a collection of the whole heap that the look before did not have: what is in use was reachable then."), Provenance.Read("the collector's own events")));
            else
                against.Add($"Whether old objects are still in use: {whole} collections looked at the whole heap meanwhile, and {LeastWholeHeapLooks} are needed.");
            if (trend > FaultTrendP) against.Add(Text($"Whether it is a steady rise: by chance it has the probability {trend:0.####}, and {FaultTrendP} is the most."));
            var pace = series.Pace(hours);
            if (pace >= FaultPace) evidence.Add(new(Text($"It does not slow down: in the second half of the time it grew {pace:0.##} times as fast as in the first."), Provenance.Computed("from the looks")));
            else against.Add(Text($"It slows down, as what fills up does: in the second half of the time it grew {pace:0.##} times as fast as in the first."));
            if (room.FreeBytes.TryGet(out var free) && slope.Slope > 0)
            {
                var left = free / slope.Slope;
                evidence.Add(new(Text($"At this pace it meets {room.Limit} in {left:0.#} hours: {Size(free)} are left."), Provenance.Computed("the slope and what is left")));
                if (left > FaultHours) against.Add(Text($"Whether it ends before it hurts: {left:0.#} hours are left."));
            }
            else
            {
                against.Add($"How long it can go on: {(room.FreeBytes.IsKnown ? "its slope is not above 0" : room.FreeBytes.Reason)}.");
            }
            var isFault = against.Count == 0;
            if (isFault) (confidence, computation) = (confidence * stays, Text($"{computation} × {stays:0.###} of what is allocated stays, at least"));
            return new(place, slope.Slope, new(
                Text($"{Short(place)} keeps more and more: {Size(growth)} in {hours[^1] * 60:0.#} minutes"), isFault ? Verdict.Fault : Verdict.Suspect, new(confidence, computation), evidence,
                [.. against, "Whether it ends: a cache that fills up to a limit looks the same until it is full."],
                ["Look again later: what fills up has stopped by then.", "See who holds the objects: a heap dump of two moments shows the path from the roots."]),
                series.InUse, new(slope.Slope / 3600, slope.Lower / 3600, slope.Upper / 3600));
        }
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

    // The innermost method that is not the framework's: an array in a list is allocated by List.Add for somebody.
    static string Short(string place)
    {
        var names = place.Split(" < ");
        return Array.Find(names, static name => !name.StartsWith("System.", StringComparison.Ordinal) && !name.StartsWith("Microsoft.", StringComparison.Ordinal)) ?? names[0];
    }

    static string Size(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
