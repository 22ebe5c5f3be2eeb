namespace Vitrine.Agent.Recorder;

/// <summary>
/// The last minute: events in the order in which they were heard of, bounded by age, number and bytes. What is too old goes without a word, that is the point of it; what goes
/// before its time, because there was too much, is counted. Thread-safe.
/// </summary>
/// <param name="keep">The age up to which events are kept.</param>
/// <param name="maxEvents">Events at most.</param>
/// <param name="maxBytes">Bytes of all events at most.</param>
/// <param name="time">The clock.</param>
sealed class EventStore(TimeSpan keep, int maxEvents, long maxBytes, TimeProvider time)
{
    /// <summary>What an event costs beside its text.</summary>
    const int Overhead = 96;

    readonly Lock gate = new();
    readonly Queue<(DateTimeOffset Heard, RecordedEvent Event)> events = new();
    long bytes;
    long droppedEarly;
    long total;

    /// <summary>Keeps an event.</summary>
    public void Add(RecordedEvent one)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            total++;
            events.Enqueue((now, one));
            bytes += Cost(one);
            Forget(now);
        }
    }

    /// <summary>What is kept now, oldest first, and how many went before their time since the start.</summary>
    public EventSnapshot Snapshot()
    {
        lock (gate)
        {
            Forget(time.GetUtcNow());
            return new EventSnapshot([.. events.Select(static one => one.Event)], bytes, total, droppedEarly);
        }
    }

    static int Cost(RecordedEvent one) => one.Line.Length + Overhead;

    void Forget(DateTimeOffset now)
    {
        while (events.TryPeek(out var oldest))
        {
            var tooOld = now - oldest.Heard > keep;
            if (!tooOld && events.Count <= maxEvents && bytes <= maxBytes)
                return;
            events.Dequeue();
            bytes -= Cost(oldest.Event);
            if (!tooOld)
                droppedEarly++;
        }
    }
}

/// <summary>What an <see cref="EventStore"/> held at one moment.</summary>
/// <param name="Events">The events, oldest first.</param>
/// <param name="Bytes">What they cost in memory.</param>
/// <param name="Total">Events since the start.</param>
/// <param name="DroppedEarly">Events since the start that were dropped before they were too old, because there were too many.</param>
sealed record EventSnapshot(IReadOnlyList<RecordedEvent> Events, long Bytes, long Total, long DroppedEarly);
