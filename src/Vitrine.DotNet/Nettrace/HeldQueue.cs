namespace Vitrine.DotNet.Nettrace;

/// <summary>The events of one thread that wait to be handed out, oldest first, and the number of its last one.</summary>
sealed class HeldQueue
{
    HeldEvent[] _events = new HeldEvent[4];
    int _first;

    /// <summary>The number that the thread gave its last event that is known of.</summary>
    public uint LastSequence { get; set; }

    /// <summary>The last sequence point that named the thread.</summary>
    public int SeenAtPoint { get; set; }

    public int Count { get; private set; }

    /// <summary>The oldest; there must be one.</summary>
    public ref readonly HeldEvent Head => ref _events[_first];

    public void Add(in HeldEvent held)
    {
        if (Count == _events.Length) Grow();
        _events[(_first + Count++) & (_events.Length - 1)] = held;
    }

    public HeldEvent Take()
    {
        var taken = _events[_first];
        _first = (_first + 1) & (_events.Length - 1);
        Count--;
        // A burst of one thread must not keep its memory for the rest of the session.
        if (Count == 0 && _events.Length > 1024) (_events, _first) = (new HeldEvent[4], 0);
        return taken;
    }

    void Grow()
    {
        var larger = new HeldEvent[_events.Length * 2];
        for (var i = 0; i < Count; i++)
            larger[i] = _events[(_first + i) & (_events.Length - 1)];
        (_events, _first) = (larger, 0);
    }
}
