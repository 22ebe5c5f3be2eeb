namespace Vitrine.AspNetCore.Panics;

/// <summary>When which cause was recorded last: each at most once in an interval, what comes in between is counted. Bounded: the cause that was quiet for longest goes first.</summary>
sealed class PanicTable(TimeProvider time)
{
    /// <summary>Causes that are kept.</summary>
    public const int Capacity = 256;

    readonly Lock _gate = new();
    readonly Dictionary<PanicCause, Entry> _entries = [];

    sealed class Entry
    {
        public long RecordedAt, SeenAt, Suppressed;
    }

    /// <summary>Whether a fault is to be recorded now.</summary>
    /// <param name="cause">Its cause.</param>
    /// <param name="interval">How long a cause is only counted after it was recorded.</param>
    /// <param name="suppressed">How many of this cause were only counted since it was last recorded.</param>
    public bool ShouldRecord(PanicCause cause, TimeSpan interval, out long suppressed)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (!_entries.TryGetValue(cause, out var entry))
            {
                if (_entries.Count >= Capacity) _entries.Remove(_entries.MinBy(static one => one.Value.SeenAt).Key);
                _entries[cause] = new() { RecordedAt = now, SeenAt = now };
                suppressed = 0;
                return true;
            }
            entry.SeenAt = now;
            suppressed = entry.Suppressed;
            if (time.GetElapsedTime(entry.RecordedAt, now) < interval)
            {
                entry.Suppressed++;
                return false;
            }
            (entry.RecordedAt, entry.Suppressed) = (now, 0);
            return true;
        }
    }
}
