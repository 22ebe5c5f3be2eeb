using Vitrine.Insight.Statistics;

namespace Vitrine.Insight.Leaks;

/// <summary>The figures of one group that a verdict is made of; no judgement yet.</summary>
sealed record LeakFigures
{
    public required GroupKey Key { get; init; }
    public required WaitNature Nature { get; init; }
    public required double[] Counts { get; init; }

    /// <summary>Members in the newest observation.</summary>
    public required int Count { get; init; }

    /// <summary>There were too few observations to judge growth.</summary>
    public required bool TooFew { get; init; }
    public required TheilSen Growth { get; init; }
    public required double TrendP { get; init; }

    /// <summary>The count grows: the trend is significant and its slope is above zero at its lower bound.</summary>
    public required bool Grows { get; init; }

    /// <summary>It does not grow, but members have been blocked for long.</summary>
    public required bool IsStuck { get; init; }
    public required int Stuck { get; init; }
    public required long Stayed { get; init; }
    public required long Left { get; init; }

    /// <summary>Arrivals that left after less than a quarter of the watch.</summary>
    public required long PassedThrough { get; init; }
    public required int ArrivalObservations { get; init; }

    /// <summary>Lower 95 % bound of the share of arrivals that stayed.</summary>
    public required double StayShare { get; init; }
    public required TimeSpan OldestSeenFor { get; init; }
    public required TimeSpan? LongestBlocked { get; init; }
    public required int Resources { get; init; }
    public required int MostSharing { get; init; }
    public required long SampleStride { get; init; }

    public static LeakFigures Of(GroupHistory history, IReadOnlyList<TimeSpan> times, LeakSettings settings)
    {
        var last = times.Count - 1;
        var counts = history.Counts(times.Count);
        var seconds = times.Select(time => time.TotalSeconds).ToArray();
        var growth = TheilSen.Fit(seconds, counts);
        var trendP = MannKendall.UpwardP(counts);
        var (stayed, left, passed, arrivals) = history.Arrivals(last);
        var tooFew = times.Count < settings.MinimumObservations;
        var present = counts.Length > 0 && counts[^1] > 0;
        return new LeakFigures
        {
            Key = history.Key,
            Nature = WaitNatures.Of(history.Key.State),
            Counts = counts,
            Count = counts.Length == 0 ? 0 : (int)counts[^1],
            TooFew = tooFew,
            Growth = growth,
            TrendP = trendP,
            Grows = !tooFew && trendP <= settings.SignificanceLevel && growth.Lower > 0,
            IsStuck = present && history.Stuck >= settings.MinimumStayers,
            Stuck = present ? history.Stuck : 0,
            Stayed = stayed,
            Left = left,
            PassedThrough = passed,
            ArrivalObservations = arrivals,
            StayShare = Proportion.WilsonLower(stayed, stayed + left),
            OldestSeenFor = history.OldestStayer(last) is { } first ? times[last] - times[first] : TimeSpan.Zero,
            LongestBlocked = present ? history.LongestBlocked : null,
            Resources = history.Resources.Count,
            MostSharing = history.Resources.Count == 0 ? 0 : history.Resources.Values.Max(),
            SampleStride = history.SampleStride,
        };
    }
}
