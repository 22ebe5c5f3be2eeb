using System.Globalization;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Statistics;
using Vitrine.Instruments;

namespace Vitrine.Insight.Requests;

/// <summary>What follows from a route's requests with and without a collection, in words, with the evidence.</summary>
static class GcRouteFinding
{
    public static Finding Of(GcRouteComparison route)
    {
        var age = Ms(route.OlderThan.TotalNanoseconds);
        var share = route.MedianGcShare is { } median ? Invariant($"{median * 100:0.#} %") : "an unknown share";
        List<Evidence> evidence =
        [
            new(Invariant($"{route.Exposed} requests were older than {age} when a collection started; it took {Ms(route.GcNs)} from them altogether, {share} of a request's time in the median."),
                Provenance.Read("stops of the world and mark assist of each request's goroutine, by probes")),
            new(Invariant($"{route.Control} requests of the route reached {age} and met no collection."), Provenance.Read("probes")),
        ];
        if (route.MedianRunnableDuringGcNs is { } ready)
        {
            evidence.Add(new(Invariant($"While collections marked they could have run and had no processor for {Ms(ready)} in the median: no more than that is what the collector's workers took."),
                Provenance.Bound("time between ready and running while a collection marked")));
        }
        List<string> unknowns =
        [
            "Processor time that the collector's own workers took from the request shows as waiting for a processor, beside that of other goroutines and other processes: how much of it is the collector's cannot be told.",
            "Who waits for a goroutine or a timer that the collector delays waits longer: that shows as waiting for it.",
            "A request that takes long for another reason meets more collections: the difference alone proves nothing, hence the two without the collector's time.",
        ];
        if (route.Difference is not { } difference || route.DifferenceWithoutGc is not { } rest || route.DifferenceWithoutMarking is not { } last)
        {
            return new Finding(
                $"{route.Route}: not enough data for a comparison ({route.ExposedEnded} with a collection, {route.Control} without; {ShiftEstimate.Fewest} of each are needed)",
                Verdict.None, new Confidence(0, "too few requests on one side"), evidence, unknowns, ["watch longer: -d 5m"]);
        }
        evidence.Add(new(Invariant($"With a collection they took {Ms(route.ExposedMedianNs!.Value)} in the median, without {Ms(route.ControlMedianNs!.Value)}: {Interval(difference)} longer."),
            Provenance.Computed("Hodges–Lehmann shift, 95 % interval")));
        evidence.Add(new(Invariant($"Without the collector's stops and assist the difference is {Interval(rest)}, without the time that they waited for a processor while it marked too, {Interval(last)}."),
            Provenance.Computed("Hodges–Lehmann shift, 95 % interval")));
        var confidence = new Confidence(Math.Clamp((1 - difference.P) * route.KeptShare, 0, 1), Invariant($"1 − p {difference.P:0.####} of the difference × {route.KeptShare:0.###} of the events kept"));
        if (difference.Lower <= 0)
            return new Finding($"{route.Route}: no delay by collections can be shown", Verdict.None, confidence, evidence, unknowns, []);
        if (IsGone(rest, difference))
            return Delayed($"{route.Route}: collections delay it by {Interval(difference)}, in stops of the world and mark assist");
        if (IsGone(last, difference))
            return Delayed($"{route.Route}: collections delay it by {Interval(difference)}; {Ms(Math.Max(0, difference.Shift - rest.Shift))} of that in stops and mark assist, the rest while it waited for a processor beside the collector's workers");
        return new Finding($"{route.Route}: requests that met a collection take {Interval(difference)} longer, of which {Ms(Math.Max(0, difference.Shift - last.Shift))} can be laid to collections", Verdict.None, confidence, evidence, unknowns,
            ["vitrine http PID --slow 200ms shows where the rest of the time goes"]);

        Finding Delayed(string title) => new(title, Verdict.Suspect, confidence, evidence, unknowns, ["vitrine gc PID shows what the collections do", "vitrine record PID allocs -o allocs.pb.gz shows who allocates"]);
    }

    // A quarter that is left is within what the medians of such samples say; more of it wants another explanation.
    static bool IsGone(ShiftEstimate left, ShiftEstimate difference) => left.Lower <= 0 || left.Shift < difference.Shift / 4;

    static string Interval(ShiftEstimate shift) => Invariant($"{Ms(shift.Shift)} (95 %: {Ms(shift.Lower)} to {Ms(shift.Upper)})");

    static string Ms(double nanoseconds) => Math.Abs(nanoseconds) >= 10e6 ? Invariant($"{nanoseconds / 1e6:#,##0} ms") : Invariant($"{nanoseconds / 1e6:0.##} ms");

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
