namespace Vitrine.Go.Goroutines;

/// <summary>What kind of lock a goroutine waits for.</summary>
public enum LockKind : byte
{
    /// <summary>A semaphore of the runtime whose owner is not known.</summary>
    Semaphore,
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
}
