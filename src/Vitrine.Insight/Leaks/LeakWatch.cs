using Vitrine.Insight.Findings;
using Vitrine.Insight.Statistics;

namespace Vitrine.Insight.Leaks;

/// <summary>
/// Decides from a series of dumps which groups of goroutines leak.
///
/// The idea: a leak is a place where goroutines arrive again and again and never leave. Growth alone is not enough (load rises, bursts come),
/// long waits alone are not (idle pools wait for hours), so that a leak must show all of: a count that grows steadily (Mann–Kendall), arrivals
/// spread over the watch, and hardly an arrival that left again (Wilson bound). Whoever could still release the members weakens the verdict.
///
/// Limits: what the heap references is not seen, so "nobody can release it" is never claimed, except for waits that end by no means
/// (a nil channel). Goroutines that come and go between two dumps are not seen at all; they are no leak.
/// </summary>
/// <param name="settings">Thresholds; null takes the defaults.</param>
/// <param name="target">What to type for the process in the commands that a finding suggests.</param>
public sealed class LeakWatch(LeakSettings? settings = null, string target = "PID")
{
    readonly LeakSettings _settings = settings ?? new LeakSettings();
    readonly Dictionary<GroupKey, GroupHistory> _groups = [];
    readonly HashSet<GroupKey> _notFollowed = [];
    readonly List<TimeSpan> _times = [];
    long _seen;
    long _torn;

    /// <summary>Dumps taken so far.</summary>
    public int Observations => _times.Count;

    /// <summary>Takes the next dump into account.</summary>
    /// <exception cref="ArgumentException">Its time is not after the one before.</exception>
    public void Observe(LeakObservation observation)
    {
        ArgumentNullException.ThrowIfNull(observation);
        if (_times.Count > 0 && observation.At <= _times[^1])
            throw new ArgumentException("Observations are taken in the order of their times.", nameof(observation));
        _times.Add(observation.At);
        _seen += observation.Total;
        _torn += observation.Torn;
        foreach (var (key, members) in observation.Groups)
        {
            if (!_groups.TryGetValue(key, out var history))
            {
                if (_groups.Count >= _settings.MaximumGroups)
                {
                    _notFollowed.Add(key);
                    continue;
                }
                _groups.Add(key, history = new GroupHistory(key, _settings));
            }
            history.Add(_times.Count - 1, members);
        }
    }

    /// <summary>The groups that growth or age speaks against: whoever can look for holders of their channels and locks does so for these only.</summary>
    public IReadOnlyList<LeakCandidate> Candidates() =>
        [.. _groups.Values
            .Select(history => (history, figures: LeakFigures.Of(history, _times, _settings)))
            .Where(entry => entry.figures.Count > 0 && (entry.figures.Grows || entry.figures.IsStuck || entry.figures.Nature == WaitNature.Never))
            .OrderByDescending(entry => entry.figures.Count)
            .Select(entry => new LeakCandidate(
                entry.history.Key,
                [.. entry.history.Resources.OrderByDescending(resource => resource.Value).ThenBy(resource => resource.Key).Select(resource => resource.Key)]))];

    /// <summary>What all observations say, given who else was found to hold the channels and locks of the candidates.</summary>
    public LeakReport Conclude(HolderSearch holders)
    {
        ArgumentNullException.ThrowIfNull(holders);
        var tornShare = _seen == 0 ? 0 : (double)_torn / _seen;
        var byResource = holders.Holders.ToLookup(holder => holder.Resource);
        var reports = new List<LeakGroupReport>(_groups.Count);
        foreach (var history in _groups.Values)
        {
            var figures = LeakFigures.Of(history, _times, _settings);
            IReadOnlyList<Holder> holding = [.. history.Resources.Keys.SelectMany(resource => byResource[resource])];
            reports.Add(new LeakGroupReport
            {
                Key = history.Key,
                Finding = LeakVerdict.Of(figures, holders, holding, tornShare, _settings, target),
                Counts = [.. figures.Counts.Select(count => (int)count)],
                GrowthPerSecond = figures.Growth,
                TrendP = figures.TrendP,
                OldestSeenFor = figures.OldestSeenFor,
                LongestBlocked = history.LongestBlocked,
                Stayed = figures.Stayed,
                Left = figures.Left,
                SharedResources = [.. history.Resources.OrderByDescending(resource => resource.Value).ThenBy(resource => resource.Key).Take(10)],
                ResourceCount = history.Resources.Count,
                Holders = holding,
            });
        }
        reports.Sort((left, right) =>
        {
            var order = right.Finding.Verdict.CompareTo(left.Finding.Verdict);
            if (order == 0)
                order = right.Finding.Confidence.Value.CompareTo(left.Finding.Confidence.Value);
            if (order == 0)
                order = right.Counts[^1].CompareTo(left.Counts[^1]);
            return order != 0 ? order : string.CompareOrdinal(left.Key.ToString(), right.Key.ToString());
        });
        var watched = _times.Count == 0 ? TimeSpan.Zero : _times[^1] - _times[0];
        return new LeakReport(reports, _times.Count, watched, tornShare, _notFollowed.Count);
    }
}
