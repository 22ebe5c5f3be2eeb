using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vitrine.Guard.Limits;

/// <summary>
/// One rate for each key, in a table that does not grow. An entry is dropped only when its bucket is full again, because then it says nothing that a new one would not say: nobody gets fresh tokens by
/// pushing others, or himself, out. While the table is full of buckets that are not, all newcomers share one.
/// </summary>
/// <remarks>Not System.Threading.RateLimiting: its partitioned limiter allocates a lease and a limiter for each key, and drops limiters by idle time, not by what they know.</remarks>
sealed class RateTable<TKey>(int capacity, TimeProvider time) where TKey : struct, IEquatable<TKey>
{
    // When the bucket is full again ("theoretical arrival time").
    readonly Dictionary<TKey, long> _fullAt = new(capacity);
    readonly Lock _lock = new();
    long _overflowFullAt;
    long _sweptAt = long.MinValue / 2;

    /// <summary>Keys that have an entry.</summary>
    public int Count
    {
        get { lock (_lock) return _fullAt.Count; }
    }

    /// <summary>Takes one token; allocates nothing.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="rate">The rate of that key.</param>
    /// <param name="retryAfter">When there is one again, where the answer is no.</param>
    public bool TryTake(in TKey key, Rate rate, out TimeSpan retryAfter)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            ref var fullAt = ref CollectionsMarshal.GetValueRefOrNullRef(_fullAt, key);
            if (Unsafe.IsNullRef(ref fullAt))
            {
                fullAt = ref HasRoom(now) ? ref CollectionsMarshal.GetValueRefOrAddDefault(_fullAt, key, out _) : ref _overflowFullAt;
                // A timestamp may be negative, so zero is not "long ago".
                if (fullAt == 0) fullAt = now;
            }
            var wait = fullAt - rate.Tolerance - now;
            if (wait > 0)
            {
                retryAfter = TimeSpan.FromSeconds((double)wait / time.TimestampFrequency);
                return false;
            }
            fullAt = Math.Max(fullAt, now) + rate.Interval;
            retryAfter = TimeSpan.Zero;
            return true;
        }
    }

    /// <summary>Whether <see cref="TryTake"/> would say no. Takes nothing, and remembers nobody.</summary>
    public bool IsSpent(in TKey key, Rate rate, out TimeSpan retryAfter)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            ref var known = ref CollectionsMarshal.GetValueRefOrNullRef(_fullAt, key);
            var fullAt = !Unsafe.IsNullRef(ref known) ? known : HasRoom(now) || _overflowFullAt == 0 ? now : _overflowFullAt;
            var wait = fullAt - rate.Tolerance - now;
            retryAfter = TimeSpan.FromSeconds(Math.Max(0, (double)wait / time.TimestampFrequency));
            return wait > 0;
        }
    }

    /// <summary>Puts back what <see cref="TryTake"/> took. Who has a full bucket again is forgotten.</summary>
    public void GiveBack(in TKey key, Rate rate)
    {
        lock (_lock)
        {
            ref var fullAt = ref CollectionsMarshal.GetValueRefOrNullRef(_fullAt, key);
            var now = time.GetTimestamp();
            if (!Unsafe.IsNullRef(ref fullAt))
            {
                if ((fullAt -= rate.Interval) <= now) _fullAt.Remove(key);
            }
            // No entry: taken from the common bucket; or so long ago that the bucket is full and its entry gone, and then nobody else may have it. Where there is room, which of the two is not known, and newcomers
            // have buckets of their own: the common one fills up by itself.
            else if (!HasRoom(now) && _overflowFullAt != 0) _overflowFullAt -= rate.Interval;
        }
    }

    bool HasRoom(long now)
    {
        if (_fullAt.Count < capacity) return true;
        // A look at every entry, so not more often than once a second.
        if (now - _sweptAt < time.TimestampFrequency) return false;
        _sweptAt = now;
        foreach (var (key, fullAt) in _fullAt)
        {
            if (fullAt <= now) _fullAt.Remove(key);
        }
        return _fullAt.Count < capacity;
    }
}
