using Vitrine.Agent.Recorder;

namespace Vitrine.Agent.Tests.Recorder;

public sealed class EventStoreTests
{
    readonly Clock clock = new();

    [Fact]
    public void Add_OldEvents_GoWithoutBeingCountedAsDropped()
    {
        var store = new EventStore(TimeSpan.FromSeconds(60), 100, 1 << 20, clock);
        for (var i = 0; i < 10; i++)
        {
            store.Add(Event(i));
            clock.Now += TimeSpan.FromSeconds(10);
        }

        var kept = store.Snapshot();

        Assert.Equal([4, 5, 6, 7, 8, 9], kept.Events.Select(NumberOf));
        Assert.Equal((10, 0), (kept.Total, kept.DroppedEarly));
    }

    [Fact]
    public void Add_MoreThanAreKept_DropsTheOldestAndCountsThem()
    {
        var store = new EventStore(TimeSpan.FromSeconds(60), 3, 1 << 20, clock);
        for (var i = 0; i < 10; i++)
            store.Add(Event(i));

        var kept = store.Snapshot();

        Assert.Equal([7, 8, 9], kept.Events.Select(NumberOf));
        Assert.Equal((10, 7), (kept.Total, kept.DroppedEarly));
    }

    [Fact]
    public void Add_MoreBytesThanAreKept_StaysBelowTheLimit()
    {
        const int limit = 10_000;
        var store = new EventStore(TimeSpan.FromSeconds(60), 1_000_000, limit, clock);
        for (var i = 0; i < 1_000; i++)
        {
            store.Add(Event(i));
            Assert.InRange(store.Snapshot().Bytes, 1, limit);
        }

        var kept = store.Snapshot();

        Assert.Equal(999, NumberOf(kept.Events[^1]));
        Assert.InRange(kept.Events.Count, 20, 200);
        Assert.Equal(1_000 - kept.Events.Count, kept.DroppedEarly);

        // An event that is larger than all there is room for leaves nothing, and is counted.
        store.Add(RecordedEvent.Of(clock.Now, "test", "huge", json => json.WriteString("text", new string('x', limit))));
        Assert.Empty(store.Snapshot().Events);
        Assert.Equal(1_001, store.Snapshot().DroppedEarly);
    }

    RecordedEvent Event(int number) => RecordedEvent.Of(clock.Now, "test", "event", json => json.WriteNumber("number", number));

    static int NumberOf(RecordedEvent one) => System.Text.Json.JsonDocument.Parse(one.Line).RootElement.GetProperty("number").GetInt32();
}
