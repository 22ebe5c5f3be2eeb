namespace Vitrine.Go.Goroutines;

/// <summary>A channel as it was read.</summary>
/// <param name="Address">Address of the runtime's <c>hchan</c>: two goroutines with the same address wait for the same channel.</param>
/// <param name="Length">Elements in the buffer; -1 when the channel could not be read.</param>
/// <param name="Capacity">Size of the buffer in elements; -1 when the channel could not be read.</param>
/// <param name="Closed">The channel is closed.</param>
/// <param name="ElementType">The Go type of an element; null when unknown.</param>
public sealed record ChannelState(ulong Address, long Length, long Capacity, bool Closed, string? ElementType);
