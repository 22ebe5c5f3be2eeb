namespace Vitrine.Go.Probes.Waits;

/// <summary>What a goroutine waits for, by the operation that makes it wait.</summary>
public enum BlockingKind : byte
{
    /// <summary>A receive from a channel.</summary>
    Receive,
    /// <summary>A send to a channel.</summary>
    Send,
    /// <summary>A select statement.</summary>
    Select,
    /// <summary>sync.Mutex.Lock.</summary>
    Mutex,
    /// <summary>sync.RWMutex.RLock.</summary>
    RWMutexRead,
    /// <summary>sync.RWMutex.Lock.</summary>
    RWMutexWrite,
    /// <summary>sync.WaitGroup.Wait.</summary>
    WaitGroup,
    /// <summary>sync.Cond.Wait.</summary>
    Cond,
    /// <summary>A semaphore of the runtime that none of the above owns, such as the lock of a file descriptor.</summary>
    Semaphore,
    /// <summary>A file descriptor in the network poller.</summary>
    Network,
    /// <summary>time.Sleep.</summary>
    Sleep,
}
