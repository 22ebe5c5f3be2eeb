namespace Vitrine.Insight.Leaks;

/// <summary>
/// One group over all observations: its counts, and when each followed member was first and last seen. Large groups are followed by a
/// sample of ids chosen by the id itself, so that the same goroutine is in the sample in every dump.
/// </summary>
sealed class GroupHistory(GroupKey key, LeakSettings settings)
{
    readonly Dictionary<ulong, (int First, int Last)> _members = [];
    readonly List<(int Observation, int Count)> _counts = [];
    int _sampleShift;

    public GroupKey Key { get; } = key;

    /// <summary>Channels or locks of the newest observation with the number of members that wait for each.</summary>
    public Dictionary<ulong, int> Resources { get; } = [];

    /// <summary>Members of the newest observation whose channel or lock is not known.</summary>
    public int WithoutResource { get; private set; }

    /// <summary>Longest and shortest lower bound of the blocked time in the newest observation; null when no member has one.</summary>
    public TimeSpan? LongestBlocked { get; private set; }

    /// <summary>Members of the newest observation that have been blocked for <see cref="LeakSettings.StuckAfter"/> at the least.</summary>
    public int Stuck { get; private set; }

    /// <summary>Every how many ids one is followed; 1 when all are.</summary>
    public long SampleStride => 1L << _sampleShift;

    public void Add(int observation, IReadOnlyList<GoroutineSighting> members)
    {
        _counts.Add((observation, members.Count));
        Resources.Clear();
        WithoutResource = 0;
        LongestBlocked = null;
        Stuck = 0;
        foreach (var member in members)
        {
            Follow(member.Id, observation);
            if (member.Resource == 0)
                WithoutResource++;
            else if (Resources.TryGetValue(member.Resource, out var waiting))
                Resources[member.Resource] = waiting + 1;
            else if (Resources.Count < settings.MaximumResources)
                Resources.Add(member.Resource, 1);
            if (member.BlockedAtLeast is not { } blocked)
                continue;
            if (LongestBlocked is null || blocked > LongestBlocked)
                LongestBlocked = blocked;
            if (blocked >= settings.StuckAfter)
                Stuck++;
        }
    }

    void Follow(ulong id, int observation)
    {
        if (!InSample(id))
            return;
        if (_members.TryGetValue(id, out var seen))
        {
            _members[id] = (seen.First, observation);
            return;
        }
        _members.Add(id, (observation, observation));
        while (_members.Count > settings.MaximumFollowed)
        {
            _sampleShift++;
            foreach (var dropped in _members.Keys.Where(member => !InSample(member)).ToList())
                _members.Remove(dropped);
        }
    }

    // Fibonacci hashing: neighbouring ids (which one burst creates) fall in different places.
    bool InSample(ulong id) => _sampleShift == 0 || (id * 0x9E3779B97F4A7C15UL) >> (64 - _sampleShift) == 0;

    /// <summary>The count in each of the first <paramref name="observations"/> observations; 0 where the group was absent.</summary>
    public double[] Counts(int observations)
    {
        var counts = new double[observations];
        foreach (var (observation, count) in _counts)
            counts[observation] = count;
        return counts;
    }

    /// <summary>
    /// What became of the members that arrived after the first observation and early enough to be judged: how many are still there at the
    /// end, how many left, and in how many different observations the stayers arrived.
    /// Those of the first observation are left out: when they arrived is not known, and a pool is all there from the start.
    /// Those seen for less than a quarter of the watch before they left are counted apart: at a busy place most pass through and a few stay
    /// for ever, and the passers-by say nothing about whether one that has stayed for a while will leave.
    /// </summary>
    public (long Stayed, long Left, long PassedThrough, int ArrivalObservations) Arrivals(int last)
    {
        var cut = last / 2;
        var quarter = Math.Max(1, last / 4);
        long stayed = 0, left = 0, passed = 0;
        var arrivedAt = new HashSet<int>();
        foreach (var (first, lastSeen) in _members.Values)
        {
            if (first == 0 || first > cut)
                continue;
            if (lastSeen == last)
            {
                stayed++;
                arrivedAt.Add(first);
            }
            else if (lastSeen - first >= quarter)
                left++;
            else
                passed++;
        }
        return (stayed, left, passed, arrivedAt.Count);
    }

    /// <summary>The observation in which the oldest member that is still there was first seen.</summary>
    public int? OldestStayer(int last)
    {
        int? oldest = null;
        foreach (var (first, lastSeen) in _members.Values)
        {
            if (lastSeen == last && (oldest is null || first < oldest))
                oldest = first;
        }
        return oldest;
    }
}
