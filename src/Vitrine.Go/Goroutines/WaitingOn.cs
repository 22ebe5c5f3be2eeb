using System.Net;
using Vitrine.Linux.Sockets;

namespace Vitrine.Go.Goroutines;

/// <summary>What a parked goroutine waits for. One of the nested types; <see cref="Unknown"/> carries the reason.</summary>
public abstract record WaitingOn
{
    private WaitingOn() { }

    /// <summary>How this was found out, in a few words for the reader of the dump.</summary>
    public required string HowKnown { get; init; }

    /// <summary>
    /// The one address that tells it apart from what others wait for: of the channel, the lock or the poll descriptor, of the first case's channel for a
    /// select; 0 when there is none.
    /// </summary>
    public ulong ResourceAddress => this switch
    {
        Channel channel => channel.State.Address,
        Select { Cases.Count: > 0 } select => select.Cases[0].Channel.Address,
        Lock held => held.Address,
        Network network => network.PollDescriptor,
        _ => 0,
    };

    /// <summary>A receive from or a send to one channel.</summary>
    public sealed record Channel(ChannelState State, ChannelDirection Direction) : WaitingOn;

    /// <summary>A select statement with the cases it is enqueued on, in the order of the runtime's lock order (by channel address).</summary>
    public sealed record Select(IReadOnlyList<SelectCase> Cases) : WaitingOn
    {
        /// <summary>The statement has more cases than <see cref="Cases"/> holds, because of a limit or because the list changed.</summary>
        public bool Truncated { get; init; }
    }

    /// <summary>A send, receive or select that can never proceed: a nil channel, or a select without cases.</summary>
    public sealed record Forever(string Why) : WaitingOn;

    /// <summary>A lock, wait group or condition variable.</summary>
    public sealed record Lock(ulong Address, LockKind Kind) : WaitingOn
    {
        /// <summary>Address of the semaphore word inside the lock, which is what the runtime queues on; 0 when unknown.</summary>
        public ulong SemaphoreAddress { get; init; }
    }

    /// <summary>A file descriptor in the network poller.</summary>
    public sealed record Network(int FileDescriptor, ChannelDirection Direction) : WaitingOn
    {
        /// <summary>Address of the runtime's poll descriptor.</summary>
        public ulong PollDescriptor { get; init; }
        /// <summary>What the descriptor is, as /proc/PID/fd says ("socket:[4711]", "pipe:[12]", a path); null when it could not be read.</summary>
        public string? Description { get; init; }
        /// <summary>The protocol; null when it is not a socket or not known.</summary>
        public SocketProtocol? Protocol { get; init; }
        /// <summary>The local end; null when unknown.</summary>
        public IPEndPoint? Local { get; init; }
        /// <summary>The remote end; null when unknown or when the socket listens.</summary>
        public IPEndPoint? Remote { get; init; }
        /// <summary>The kernel's socket state; null when unknown.</summary>
        public SocketState? SocketState { get; init; }
        /// <summary>Path of a Unix socket; null otherwise. Untrusted text.</summary>
        public string? UnixPath { get; init; }
    }

    /// <summary>A timer: time.Sleep.</summary>
    public sealed record Sleep : WaitingOn;

    /// <summary>The runtime itself: garbage collection work, the finalizer queue, …; the wait reason says which.</summary>
    public sealed record Runtime(string What) : WaitingOn;

    /// <summary>Not known, and why.</summary>
    public sealed record Unknown(string Reason) : WaitingOn;
}
