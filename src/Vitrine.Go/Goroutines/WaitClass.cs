namespace Vitrine.Go.Goroutines;

/// <summary>What a wait reason means for the search for the thing that is waited for.</summary>
internal enum WaitClass : byte
{
    /// <summary>A reason whose text is not known.</summary>
    Unknown,
    Receive,
    Send,
    NilChannel,
    NoCases,
    Select,
    /// <summary>Any lock of package sync, through a semaphore.</summary>
    Semaphore,
    Cond,
    Sleep,
    Network,
    /// <summary>The runtime's own business.</summary>
    Runtime,
}
