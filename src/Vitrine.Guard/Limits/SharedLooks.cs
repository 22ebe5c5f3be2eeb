namespace Vitrine.Guard.Limits;

/// <summary>
/// Looks that run now and can answer more than the one who asked first. Every sharer is decided and recorded on its own; one that goes away does not end the look, the last one does. A look that has ended
/// answers nobody who comes later: what is there now is asked for, not what was.
/// </summary>
sealed class SharedLooks(LookPlaces places, TimeProvider time)
{
    readonly Dictionary<ShareKey, SharedLook> _running = [];

    /// <summary>Held while somebody joins or begins, so that of two who come at once one begins and the other one joins.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Looks that run now.</summary>
    public int Count
    {
        get { lock (Gate) return _running.Count; }
    }

    /// <summary>The look to join, or null. Under <see cref="Gate"/>.</summary>
    /// <param name="key">What is asked for.</param>
    /// <param name="most">Sharers that one look may have.</param>
    /// <param name="isFull">There is one, and it has so many.</param>
    public SharedLook? Join(in ShareKey key, int most, out bool isFull)
    {
        isFull = false;
        if (!_running.TryGetValue(key, out var look)) return null;
        isFull = look.Holders >= most;
        if (isFull) return null;
        look.Holders++;
        return look;
    }

    /// <summary>Begins a look that others may join; it owns <paramref name="place"/>. Under <see cref="Gate"/>.</summary>
    /// <param name="key">What is asked for.</param>
    /// <param name="place">The place that it takes.</param>
    /// <param name="longest">When it is cut off, however many still wait for it, and nobody joins it any more: those who come again and again would keep a look that hangs for ever.</param>
    public SharedLook Begin(in ShareKey key, int place, TimeSpan longest)
    {
        var look = new SharedLook(this, key, place);
        _running.Add(key, look);
        look.CutOffAfter(longest, time);
        return look;
    }

    /// <summary>No further sharers. Under <see cref="Gate"/>.</summary>
    internal void Close(SharedLook look)
    {
        if (_running.TryGetValue(look.Key, out var running) && ReferenceEquals(running, look)) _running.Remove(look.Key);
    }

    internal void GiveBack(int place) => places.GiveBack(place);
}
