using System.Globalization;
using Vitrine.DotNet.Heap;
using Vitrine.DotNet.Outside;
using Vitrine.Insight.Findings;
using Vitrine.Insight.HeapGrowth;
using Vitrine.Instruments;

namespace Vitrine.Agent.DotNet;

/// <summary>Follows the objects of a .NET process by the places that allocate them, look by look, and says which places grow. The methods are listed once, at the end.</summary>
sealed class HeapPlaceWatch : IDisposable
{
    // Sights that are kept; when there are more, every second one goes. A trend needs no more.
    const int MostSights = 40;

    /// <summary>Places that are shown, the fastest first.</summary>
    const int MostPlaces = 5;

    readonly HeapTracking? _tracking;
    List<HeapSight> _sights = [];
    string _why = "";

    HeapPlaceWatch(HeapTracking? tracking, string why) => (_tracking, _why) = (tracking, why);

    /// <summary>Begins, when the runtime can tell.</summary>
    public static HeapPlaceWatch Start(DotNetTarget target)
    {
        try
        {
            return new(HeapTracking.Start(target), "");
        }
        catch (InstrumentUnavailableException e)
        {
            return new(null, e.Message);
        }
    }

    /// <summary>Looks, when a collection has run since the last look: in use is what was so at its end.</summary>
    public void Look()
    {
        if (_tracking is null || _why.Length > 0) return;
        try
        {
            var sight = _tracking.See();
            if (sight.LastCollection == 0 || _sights.Count > 0 && sight.LastCollection == _sights[^1].LastCollection) return;
            _sights.Add(sight);
            // The first and the latest stay.
            if (_sights.Count > MostSights) _sights = [.. _sights.Where((_, i) => i % 2 == 0 || i == _sights.Count - 1)];
        }
        catch (InstrumentUnavailableException e)
        {
            _why = e.Message;
        }
    }

    /// <summary>What it cost the process, as a clause; empty when nothing was followed.</summary>
    public string Cost => _sights.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"{_sights[^1].Samples:N0} samples of allocations, about 12 µs each on the threads that allocated") : "";

    /// <summary>The places that grow; one finding that says why, when nothing can be said.</summary>
    public IReadOnlyList<Growth> Conclude(HeapRoom room, CancellationToken cancellation)
    {
        if (_sights.Count >= HeapGrowthFinder.LeastLooks)
        {
            try
            {
                var profiles = _tracking!.Write(_sights, cancellation);
                var looks = _sights.Select((sight, i) => new HeapLook(sight.At, profiles[i], sight.LastWholeHeap > (i > 0 ? _sights[i - 1].LastWholeHeap : 0))).ToList();
                var found = HeapGrowthFinder.Find(looks, room);
                if (found.Count > 0)
                    return [.. found.Take(MostPlaces).Select(static one => new Growth("place", one.InUse, one.PerSecond, one.Finding))];
                return [Nothing("heap by place: no place grows", new(1 - HeapGrowthFinder.MostTrendP, "1 − the greatest probability of a rise by chance that would be named"), $"No place grew steadily over {looks.Count} looks, each behind a collection that the look before did not have.")];
            }
            catch (InstrumentUnavailableException e)
            {
                _why = e.Message;
            }
        }
        return [Nothing("heap by place: cannot be judged", new(0, "nothing to compute it from"),
            $"Not judged: {(_why.Length > 0 ? _why.TrimEnd('.') : $"{_sights.Count} looks behind a collection of their own, and {HeapGrowthFinder.LeastLooks} are needed")}.")];
    }

    static Growth Nothing(string title, Confidence confidence, string statement) => new("place", [], default, new(
        title, Verdict.None, confidence, [new(statement, Provenance.Estimated("sampled allocations, followed through the collections"))], ["Objects from before the watch."], ["watch for longer: -d 10m"]));

    public void Dispose() => _tracking?.Dispose();
}
