using Vitrine.Go.Sockets;

namespace Vitrine.Agent.Sockets;

/// <summary>What is known about who takes what comes in at a listening socket.</summary>
enum AcceptorKind
{
    /// <summary>A goroutine waits for the next connection or datagram.</summary>
    Waits,

    /// <summary>No goroutine waits for the socket; one that could is doing something else.</summary>
    Elsewhere,

    /// <summary>No goroutine waits for the socket, and none was found that accepts, listens or serves and has it.</summary>
    Nobody,

    /// <summary>Not known, for a reason.</summary>
    Unknown,
}

/// <summary>Who accepts at one listening socket.</summary>
/// <param name="Kind">What is known.</param>
/// <param name="Waiters">Goroutines that wait for the socket.</param>
/// <param name="Holders">
/// With <see cref="AcceptorKind.Elsewhere"/>: goroutines that have it in their hands, the likeliest first. With <see cref="AcceptorKind.Nobody"/>: such with a word on their
/// stack that leads to it, which may be left over from an earlier call.
/// </param>
/// <param name="Reason">With <see cref="AcceptorKind.Unknown"/>: why.</param>
sealed record Acceptor(AcceptorKind Kind, IReadOnlyList<DescriptorWaiter> Waiters, IReadOnlyList<DescriptorHolder> Holders, string Reason)
{
    public static Acceptor Waits(IReadOnlyList<DescriptorWaiter> waiters) => new(AcceptorKind.Waits, waiters, [], "");

    public static Acceptor Elsewhere(IReadOnlyList<DescriptorHolder> holders) => new(AcceptorKind.Elsewhere, [], holders, "");

    public static Acceptor Nobody(IReadOnlyList<DescriptorHolder> holders) => new(AcceptorKind.Nobody, [], holders, "");

    public static Acceptor Unknown(string reason) => new(AcceptorKind.Unknown, [], [], reason);
}
