namespace Vitrine.Go.Goroutines;

/// <summary>One case of a select statement that a goroutine is enqueued on.</summary>
public sealed record SelectCase(ChannelState Channel, ChannelDirection Direction);
