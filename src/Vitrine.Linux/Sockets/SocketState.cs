namespace Vitrine.Linux.Sockets;

/// <summary>TCP state; the values are the kernel's (net/tcp_states.h).</summary>
public enum SocketState
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>Connected.</summary>
    Established = 1,

    /// <summary>Connecting.</summary>
    SynSent = 2,

    /// <summary>Being accepted by the kernel.</summary>
    SynReceived = 3,

    /// <summary>Closed here, waiting for the peer's acknowledgement.</summary>
    FinWait1 = 4,

    /// <summary>Closed here, waiting for the peer to close.</summary>
    FinWait2 = 5,

    /// <summary>Both closed, waiting for stray segments.</summary>
    TimeWait = 6,

    /// <summary>Closed; also what an unconnected UDP socket shows.</summary>
    Closed = 7,

    /// <summary>The peer closed, the process has not.</summary>
    CloseWait = 8,

    /// <summary>Both closed, waiting for the last acknowledgement.</summary>
    LastAck = 9,

    /// <summary>Listening.</summary>
    Listen = 10,

    /// <summary>Both closed at the same time.</summary>
    Closing = 11,
}
