namespace Vitrine.Go.Goroutines;

/// <summary>A channel as it was read.</summary>
internal struct ChannelRecord
{
    public bool WasRead;
    public bool Closed;
    public long Length;
    public long Capacity;
    public ulong ElementType;
    public ulong RecvFirst;
    public ulong RecvLast;
    public ulong SendFirst;
    public ulong SendLast;

    /// <summary>Which queue a waiter is in; the channel may have moved on since the waiter was read.</summary>
    public readonly ChannelDirection DirectionOf(ulong sudog)
    {
        if (sudog == RecvFirst || sudog == RecvLast)
            return ChannelDirection.Receive;
        if (sudog == SendFirst || sudog == SendLast)
            return ChannelDirection.Send;
        // In the middle of a queue: known only when one of the queues is empty, which is the rule (only select can be in both).
        return (RecvFirst != 0, SendFirst != 0) switch
        {
            (true, false) => ChannelDirection.Receive,
            (false, true) => ChannelDirection.Send,
            _ => ChannelDirection.Unknown,
        };
    }
}
