namespace Vitrine.Go.Probes.Waits;

/// <summary>
/// Where the runtime ends in a stack and the program begins. Go's block and mutex profiles leave out a fixed number of calls, which differs by
/// operation and version; here the same cut is made by the functions' names.
/// <para>Source: the skip arguments of blockevent and mutexevent in https://github.com/golang/go/blob/go1.26.0/src/runtime/chan.go, select.go,
/// sema.go, and of runtime_SemacquireMutex and runtime_Semrelease in src/internal/sync/mutex.go and src/sync/rwmutex.go.</para>
/// </summary>
internal static class WaitFrames
{
    /// <summary>Frames that are looked at from the innermost one on: the runtime's own part of a stack is short.</summary>
    private const int MostRuntimeFrames = 16;

    /// <summary>First frame that the block profile shows for a waiting stack; -1 when Go does not profile this wait.</summary>
    /// <param name="names">Functions, innermost first.</param>
    public static int BlockProfileStart(IReadOnlyList<string> names)
    {
        int end = Math.Min(names.Count, MostRuntimeFrames);
        for (int i = 0; i < end; i++)
        {
            switch (names[i])
            {
                case "runtime.selectgo":
                    return i;
                case "runtime.chansend" or "runtime.chanrecv" or "sync.runtime_notifyListWait":
                    return Next(names, i + 1);
                case "runtime.semacquire1":
                    // The runtime's own semaphores are taken without profiling.
                    if (i + 1 < names.Count && names[i + 1].StartsWith("runtime.semacquire", StringComparison.Ordinal))
                        return -1;
                    return AfterLock(names, i + 2, ".lockSlow", "internal/sync.(*Mutex).Lock");
            }
        }
        return -1;
    }

    /// <summary>First frame that the mutex profile shows for the stack that unlocked; -1 when it is not one.</summary>
    public static int MutexProfileStart(IReadOnlyList<string> names)
    {
        int end = Math.Min(names.Count, MostRuntimeFrames);
        for (int i = 0; i < end; i++)
        {
            if (names[i] == "runtime.semrelease1")
                return AfterLock(names, i + 2, "nlockSlow", "internal/sync.(*Mutex).Unlock");
        }
        return -1;
    }

    /// <summary>First frame that means something to the reader: behind the runtime's part, with the operation of package sync kept.</summary>
    public static int VisibleStart(IReadOnlyList<string> names)
    {
        int i = 0;
        while (i < names.Count && IsMachinery(names[i]))
            i++;
        return i == names.Count ? 0 : i;
    }

    /// <summary>Which lock of package sync a stack waits for, where the wait reason does not say it (Go before 1.21, wait groups before 1.24).</summary>
    public static BlockingKind LockOf(IReadOnlyList<string> names)
    {
        int end = Math.Min(names.Count, MostRuntimeFrames);
        for (int i = 0; i < end; i++)
        {
            switch (names[i])
            {
                case "sync.(*Mutex).lockSlow" or "internal/sync.(*Mutex).lockSlow":
                    return BlockingKind.Mutex;
                case "sync.(*RWMutex).RLock":
                    return BlockingKind.RWMutexRead;
                case "sync.(*RWMutex).Lock":
                    return BlockingKind.RWMutexWrite;
                case "sync.(*WaitGroup).Wait":
                    return BlockingKind.WaitGroup;
            }
            if (!IsMachinery(names[i]))
                break;
        }
        return BlockingKind.Semaphore;
    }

    /// <summary>Whether a stack belongs to a goroutine of the runtime: its first function is the runtime's, and not the one that calls main.</summary>
    public static bool IsSystem(IReadOnlyList<string> names)
    {
        if (names.Count < 2 || names[^1] != "runtime.goexit")
            return false;
        string first = names[^2];
        return first.StartsWith("runtime.", StringComparison.Ordinal) && first != "runtime.main" && first != "runtime.corostart";
    }

    private static int AfterLock(IReadOnlyList<string> names, int i, string slow, string inner)
    {
        if (i < names.Count && names[i].EndsWith(slow, StringComparison.Ordinal))
            i++;
        if (i < names.Count && names[i] == inner)
            i++;
        return Next(names, i);
    }

    private static int Next(IReadOnlyList<string> names, int i) => i < names.Count ? i : -1;

    private static bool IsMachinery(string name) =>
        name.StartsWith("runtime.", StringComparison.Ordinal) || name.Contains(".runtime_", StringComparison.Ordinal)
        || name.StartsWith("internal/poll.", StringComparison.Ordinal)
        || name.EndsWith(".goready.func1", StringComparison.Ordinal) // Go 1.27 calls the closure _.goready.func1
        || name.EndsWith("lockSlow", StringComparison.Ordinal) || name.EndsWith("UnlockSlow", StringComparison.Ordinal)
        || name.StartsWith("internal/sync.(*Mutex).", StringComparison.Ordinal);
}
