using Vitrine.Go.Sockets;
using Vitrine.Instruments;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Sockets;

/// <summary>A listening socket with who accepts there and what happened while it was watched.</summary>
/// <param name="Status">What the kernel says.</param>
/// <param name="Acceptor">Who accepts.</param>
/// <param name="Overflows">
/// Attempts to connect (of a UDP socket: datagrams) that found the queue full since the socket was made, at most; null when unknown. The socket's own counter counts some packets
/// twice, the namespace's counter counts all sockets: it cannot be more than either.
/// </param>
/// <param name="NewOverflows">The same since the first look.</param>
/// <param name="MostQueued">The longest queue that a look saw.</param>
sealed record ListenerRow(SocketStatus Status, Acceptor Acceptor, long? Overflows, long? NewOverflows, long MostQueued);

/// <summary>A connection with the goroutines that wait for it.</summary>
/// <param name="Status">What the kernel says.</param>
/// <param name="Waiters">Goroutines that wait for it; empty when none does, and when the process is not a Go program.</param>
sealed record ConnectionRow(SocketStatus Status, IReadOnlyList<DescriptorWaiter> Waiters);

/// <summary>One look at the sockets of a process, and what changed since the first one.</summary>
sealed record SocketsSample
{
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>How long the look took.</summary>
    public required TimeSpan Duration { get; init; }

    public required IReadOnlyList<ListenerRow> Listeners { get; init; }

    public required IReadOnlyList<ConnectionRow> Connections { get; init; }

    /// <summary>Counters of the whole network namespace.</summary>
    public required NamespaceDrops Namespace { get; init; }

    /// <summary>Their change since the first look.</summary>
    public required NamespaceDrops NewInNamespace { get; init; }

    /// <summary>Looks so far, and the time from the first to this one.</summary>
    public required int Looks { get; init; }

    public required TimeSpan Watched { get; init; }

    /// <summary>What it cost (reads only, no probe) and what the reader must know.</summary>
    public required ProbeReport Report { get; init; }

    /// <summary>Why figures of the kernel are unknown; null when they are known.</summary>
    public required string? WhyUnknown { get; init; }

    /// <summary>Why no goroutine is shown; null when they were read.</summary>
    public required string? NoGoroutines { get; init; }
}
