namespace Vitrine.Go.Probes.Waits;

/// <summary>Who ended a wait.</summary>
public enum WaitReleasedBy : byte
{
    /// <summary>A goroutine: the one that sent, received, closed, unlocked, signalled.</summary>
    Goroutine,
    /// <summary>The runtime on a stack of its own: a timer, the deadline of a connection.</summary>
    Timer,
    /// <summary>The network poller.</summary>
    Poller,
    /// <summary>Not known: the memory that would tell could not be read. Counted among the losses.</summary>
    Unknown,
}
