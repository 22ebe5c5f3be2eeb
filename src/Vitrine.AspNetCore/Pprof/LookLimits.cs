using System.Collections.Concurrent;

namespace Vitrine.AspNetCore.Pprof;

/// <summary>How many looks run at the same time: so many in all, and one recording of each kind.</summary>
sealed class LookLimits
{
    readonly ConcurrentDictionary<string, byte> _recording = new(StringComparer.Ordinal);
    int _looks;

    /// <summary>Takes one of <paramref name="most"/> places; null when there is none. Disposing gives it back.</summary>
    public IDisposable? TryLook(int most)
    {
        if (Interlocked.Increment(ref _looks) <= most) return new Place(() => Interlocked.Decrement(ref _looks));
        Interlocked.Decrement(ref _looks);
        return null;
    }

    /// <summary>Takes the one place for recordings of <paramref name="name"/>; null when it is taken. Disposing gives it back.</summary>
    public IDisposable? TryRecord(string name) => _recording.TryAdd(name, 0) ? new Place(() => _recording.TryRemove(name, out _)) : null;

    sealed class Place(Action giveBack) : IDisposable
    {
        Action? _giveBack = giveBack;

        public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
    }
}
