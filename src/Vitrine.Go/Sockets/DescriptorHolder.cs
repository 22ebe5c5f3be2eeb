using Vitrine.Go.Goroutines;

namespace Vitrine.Go.Sockets;

/// <summary>A goroutine that has a file descriptor in its hands, a variable on its stack that leads to package net's object of it, and does something else now.</summary>
/// <param name="Goroutine">The goroutine.</param>
/// <param name="Wrappers">How many listeners wrap the one of the descriptor.</param>
/// <param name="Serves">A function on its stack has a name that says it accepts, listens or serves.</param>
public sealed record DescriptorHolder(Goroutine Goroutine, int Wrappers, bool Serves);
