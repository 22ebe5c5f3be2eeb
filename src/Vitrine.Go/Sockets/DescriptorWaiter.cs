using Vitrine.Go.Goroutines;

namespace Vitrine.Go.Sockets;

/// <summary>A goroutine that waits for a file descriptor.</summary>
/// <param name="Goroutine">The goroutine.</param>
/// <param name="Operation">What it waits for.</param>
/// <param name="Caller">The innermost frame outside of the runtime, package net and wrappers of listeners; null when there is none.</param>
public sealed record DescriptorWaiter(Goroutine Goroutine, DescriptorOperation Operation, Frame? Caller);
