namespace Vitrine.Go.Sockets;

/// <summary>What a goroutine does with a file descriptor while it waits for the network poller.</summary>
public enum DescriptorOperation
{
    /// <summary>It waits until the descriptor can be read, in a function that this version of Vitrine does not know.</summary>
    WaitToRead,

    /// <summary>It waits until the descriptor can be written, in a function that this version of Vitrine does not know.</summary>
    WaitToWrite,

    /// <summary>It waits for a connection to accept.</summary>
    Accept,

    /// <summary>It waits for data.</summary>
    Read,

    /// <summary>It waits for room to send.</summary>
    Write,

    /// <summary>It waits until its connection is established.</summary>
    Connect,
}
