using System.Globalization;
using Vitrine.Insight.Findings;
using Vitrine.Instruments;

namespace Vitrine.Insight.Leaks;

/// <summary>Turns the figures of one group into a finding. The rules stand in <see cref="Judge"/>; the rest is putting them into words.</summary>
static class LeakVerdict
{
    public static Finding Of(LeakFigures figures, HolderSearch search, IReadOnlyList<Holder> holders, double tornShare, LeakSettings settings, string target)
    {
        var (verdict, reason) = Judge(figures, holders, settings);
        return new Finding(
            Title(figures, verdict, reason),
            verdict,
            ConfidenceOf(figures, verdict, search, holders, tornShare),
            EvidenceOf(figures, search, holders, settings),
            Unknowns(figures, verdict, search, holders),
            NextSteps(figures, verdict, target));
    }

    static (Verdict Verdict, string Reason) Judge(LeakFigures figures, IReadOnlyList<Holder> holders, LeakSettings settings)
    {
        // A nil channel is ready never, so such a goroutine can only be lost. "select {}" is also the idiom for "stay here until the program
        // ends", so that one of those counts only if more and more of them come.
        if (figures.Nature == WaitNature.Never && figures.Count > 0)
        {
            if (figures.Key.State != "select (no cases)")
                return (Verdict.Fault, "a nil channel is never ready, so these can never go on");
            if (figures.Grows)
                return (Verdict.Fault, "an empty select never ends, and more of them keep coming");
            return (Verdict.None, "an empty select that does not multiply is the usual way to wait for the end of the program");
        }
        if (figures.Grows)
            return JudgeGrowth(figures, holders, settings);
        if (figures.TooFew && !figures.IsStuck)
            return (Verdict.None, "too few dumps to judge growth");
        if (figures.IsStuck && figures.Nature == WaitNature.OtherGoroutine)
            return JudgeStuck(figures, holders);
        return (Verdict.None, figures.Left + figures.PassedThrough > 0 ? "its members come and go" : "its count does not grow");
    }

    static (Verdict, string) JudgeGrowth(LeakFigures figures, IReadOnlyList<Holder> holders, LeakSettings settings)
    {
        if (figures.Stayed < settings.MinimumStayers || figures.ArrivalObservations < 2)
            return (Verdict.None, "it grows, but nobody who arrived in the first half of the watch is still there: load that rises, or a burst");
        if (figures.StayShare < settings.SuspectStayShare)
            return (Verdict.None, "it grows, but most of those who come leave again: load that rises");
        if (figures.Nature == WaitNature.NotWaiting)
            return (Verdict.Suspect, "it grows, but its members do not wait: work piles up");
        if (figures.Nature == WaitNature.Outside)
            return (Verdict.Suspect, "it grows and nobody leaves, but a timer or the other end of a connection could still end the wait");
        if (figures.StayShare < settings.LeakStayShare)
            return (Verdict.Suspect, "it grows, and some of its members leave while others stay");
        if (figures.Resources == 1 && holders.Count > 0)
            return (Verdict.Suspect, "it grows and nobody leaves, but somebody still holds the one channel or lock they all wait for");
        return (Verdict.Fault, "they keep coming and do not leave");
    }

    static (Verdict, string) JudgeStuck(LeakFigures figures, IReadOnlyList<Holder> holders)
    {
        // Idle workers of a pool share one channel and receive from it: that is what a pool does all night.
        if (figures.Resources <= 1 && figures.Key.State is "chan receive" or "select" or "sync.Cond.Wait")
            return (Verdict.None, "they wait for the same thing and do not multiply: a pool at rest looks like this");
        if (holders.Count > 0)
            return (Verdict.None, "they have waited for long, but somebody still holds what they wait for");
        if (figures.Resources == 0)
            return (Verdict.None, "they have waited for long, but what for is not known");
        return (Verdict.Suspect, "they do not multiply, but have waited for long and nobody was found who could release them");
    }

    static string Title(LeakFigures figures, Verdict verdict, string reason)
    {
        var what = verdict switch
        {
            Verdict.Fault => "Goroutine leak",
            Verdict.Suspect => "Possible goroutine leak",
            _ => "No sign of a leak",
        };
        var where = figures.Key.CreatedBy is { } site ? $"created by {site}" : "created by the runtime";
        return $"{what}: {figures.Count} goroutines {where}, [{figures.Key.State}] at {figures.Key.BlockedAt}: {reason}";
    }

    // A product of shares that each mean something on their own, so that one weak leg makes the whole weak.
    static Confidence ConfidenceOf(LeakFigures figures, Verdict verdict, HolderSearch search, IReadOnlyList<Holder> holders, double tornShare)
    {
        var read = 1 - tornShare;
        if (verdict == Verdict.None)
        {
            var calm = figures.TooFew ? 0.5 : Math.Min(1, 0.5 + figures.TrendP / 2);
            return new Confidence(calm * read, Invariant($"{calm:F2} (no trend: p = {figures.TrendP:G2}) × {read:F3} (goroutines read whole)"));
        }
        if (figures.Nature == WaitNature.Never && !figures.Grows)
            return new Confidence(read, Invariant($"1 (the wait ends by no means) × {read:F3} (goroutines read whole)"));
        var trend = figures.Grows ? 1 - figures.TrendP : 0.5;
        var stay = figures.Grows ? figures.StayShare : 0.8;
        var (release, why) = ReleaseFactor(figures, search, holders);
        return new Confidence(
            Math.Clamp(trend * stay * release * read, 0, 1),
            Invariant($"{trend:F3} (it grows: 1 − p) × {stay:F2} (arrivals that stay, lower 95 % bound) × {release:F2} ({why}) × {read:F3} (goroutines read whole)"));
    }

    static (double Factor, string Why) ReleaseFactor(LeakFigures figures, HolderSearch search, IReadOnlyList<Holder> holders) => figures switch
    {
        { Nature: WaitNature.Never } => (1, "nothing can release them"),
        { Nature: WaitNature.Outside } => (0.6, "time or a peer could release them"),
        { Nature: WaitNature.NotWaiting } => (0.5, "they do not wait"),
        _ when holders.Count > 0 => (0.7, "somebody holds what they wait for"),
        _ when search.Searched && figures.Resources > 0 => (1, "nobody was found who holds what they wait for"),
        _ => (0.9, "who could release them was not searched"),
    };

    static List<Evidence> EvidenceOf(LeakFigures figures, HolderSearch search, IReadOnlyList<Holder> holders, LeakSettings settings)
    {
        var evidence = new List<Evidence>
        {
            new(Invariant($"{figures.Count} goroutines in the last of {figures.Counts.Length} dumps, {figures.Counts[0]:F0} in the first."), Provenance.Read("goroutine dumps")),
        };
        if (!figures.TooFew)
        {
            evidence.Add(new(
                Invariant($"Growth {figures.Growth.Slope:+0.###;-0.###;0} goroutines/s (95 % interval {figures.Growth.Lower:0.###} to {figures.Growth.Upper:0.###}); p = {figures.TrendP:G2} for no trend."),
                Provenance.Estimated("Theil–Sen slope and Mann–Kendall test over the counts")));
        }
        if (figures.Stayed + figures.Left + figures.PassedThrough > 0)
        {
            var sampled = figures.SampleStride > 1 ? Invariant($", followed by one id in {figures.SampleStride}") : "";
            evidence.Add(new(
                Invariant($"Of those that arrived in the first half of the watch, {figures.Stayed} stayed, {figures.Left} left, and {figures.PassedThrough} passed through quickly{sampled}; the stayers arrived in {figures.ArrivalObservations} dumps."),
                Provenance.Read("goroutine ids, which Go never reuses")));
        }
        if (figures.OldestSeenFor > TimeSpan.Zero)
            evidence.Add(new(Invariant($"The oldest has been there for at least {figures.OldestSeenFor.TotalSeconds:0.#} s."), Provenance.Bound("first sight of its id")));
        if (figures.LongestBlocked is { } blocked)
            evidence.Add(new(Invariant($"Blocked for at least {blocked.TotalSeconds:0.#} s{(figures.Stuck > 0 ? Invariant($" ({figures.Stuck} of them for {settings.StuckAfter.TotalMinutes:0.#} min or more)") : "")}."), Provenance.Bound("g.waitsince, which a GC sets")));
        if (figures.Resources > 0)
        {
            evidence.Add(new(
                Invariant($"They wait for {figures.Resources} different channels or locks; at most {figures.MostSharing} share one."),
                Provenance.Read("sudog and wait queues")));
        }
        if (search.Searched && figures.Resources > 0)
        {
            var found = holders.Count == 0
                ? $"Nobody else was found to hold them in {search.Scope}."
                : $"Held by {string.Join("; ", holders.Select(holder => holder.Description).Distinct().Take(3))}{(holders.Count > 3 ? $" and {holders.Count - 3} more" : "")}.";
            evidence.Add(new(found, Provenance.Estimated("words on other stacks and in package variables that equal the address")));
        }
        return evidence;
    }

    static List<string> Unknowns(LeakFigures figures, Verdict verdict, HolderSearch search, IReadOnlyList<Holder> holders)
    {
        var unknowns = new List<string>();
        if (figures.TooFew)
            unknowns.Add("Whether the count grows: too few dumps. Watch longer with -d, or more often with --every.");
        if (verdict == Verdict.None)
            return unknowns;
        if (figures.Nature == WaitNature.OtherGoroutine)
            unknowns.Add("Whether an object on the heap still holds the channel or lock: the heap's references are not followed from outside.");
        if (figures.Nature == WaitNature.Outside)
            unknowns.Add("What the other end of the connection, or the timer, will do.");
        if (!search.Searched)
            unknowns.Add("Who else holds what they wait for: that was not searched.");
        else if (holders.Count > 0)
            unknowns.Add("Whether those who hold it will use it: only the code tells.");
        return unknowns;
    }

    static List<string> NextSteps(LeakFigures figures, Verdict verdict, string target)
    {
        var steps = new List<string>();
        if (verdict == Verdict.None)
            return steps;
        if (figures.Key.CreatedBy is { } site)
            steps.Add($"Read the go statement at {site.File}:{site.Line}, and how the goroutine is meant to end when nobody answers (context, close, buffer).");
        steps.Add($"See the members: vitrine dump {target} --where '{figures.Key.BlockedAt.Function}'");
        if (verdict == Verdict.Suspect)
            steps.Add($"Watch longer: vitrine leaks {target} -d 10m --every 10s");
        return steps;
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
