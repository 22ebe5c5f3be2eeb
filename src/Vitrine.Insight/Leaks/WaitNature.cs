namespace Vitrine.Insight.Leaks;

/// <summary>Who can end a wait, which decides how far a verdict can go.</summary>
enum WaitNature
{
    /// <summary>Nothing ever: a nil channel, a select without cases.</summary>
    Never,

    /// <summary>Another goroutine of the process: a channel, a lock, a condition.</summary>
    OtherGoroutine,

    /// <summary>Time or the outside world: a timer, the network, a system call.</summary>
    Outside,

    /// <summary>It does not wait: running, runnable, or in the runtime's own hands.</summary>
    NotWaiting,
}

/// <summary>Sorts Go's wait reasons by who can end the wait. The texts are those of the target's own table (runtime2.go, waitReasonStrings).</summary>
static class WaitNatures
{
    public static WaitNature Of(string state) => state switch
    {
        "chan receive (nil chan)" or "chan send (nil chan)" or "select (no cases)" => WaitNature.Never,
        "chan receive" or "chan send" or "select" or "semacquire" or "sync.Cond.Wait" or "sync.Mutex.Lock" or "sync.RWMutex.Lock"
            or "sync.RWMutex.RLock" or "sync.WaitGroup.Wait" or "coroutine" or "leaked" => WaitNature.OtherGoroutine,
        _ when state.Contains("(durable)", StringComparison.Ordinal) => WaitNature.OtherGoroutine,
        "IO wait" or "sleep" or "syscall" => WaitNature.Outside,
        _ => WaitNature.NotWaiting,
    };
}
