namespace Vitrine.DotNet.Outside;

/// <summary>What a waiting thread waits in, by its innermost managed methods: names of .NET 8 to 10's own methods, of which the most telling counts, not the innermost.</summary>
static class ManagedWaits
{
    const int Looked = 24;

    // The outermost match of the first frames counts: an idle pool worker waits in a semaphore, which waits in a lock of the runtime.
    static readonly (string Method, string Waits)[] s_waits =
    [
        ("System.Threading.PortableThreadPool+GateThread.GateThreadStart", "thread pool: gate thread"),
        ("System.Threading.PortableThreadPool+WaitThread.WaitThreadStart", "thread pool: registered waits"),
        ("System.Threading.LowLevelLifoSemaphore.Wait", "thread pool: idle worker"),
        ("System.Threading.TimerQueue.TimerThread", "timers"),
        ("System.Net.Sockets.SocketAsyncEngine.EventLoop", "sockets: event loop"),
        ("System.IO.FileSystemWatcher+RunningInstance.ProcessEvents", "file system watcher"),
        ("System.Threading.Thread.Sleep", "Thread.Sleep"),
        ("System.Threading.Thread.Join", "Thread.Join"),
        ("System.Threading.SemaphoreSlim.Wait", "SemaphoreSlim.Wait"),
        ("System.Threading.ManualResetEventSlim.Wait", "ManualResetEventSlim.Wait"),
        ("System.Threading.Tasks.Task.InternalWaitCore", "Task.Wait"),
        ("System.Threading.Tasks.Task.SpinThenBlockingWait", "Task.Wait"),
        ("System.Threading.Monitor.Wait", "Monitor.Wait"),
        ("System.Threading.Lock.TryEnterSlow", "Lock.Enter"),
        ("System.Threading.Monitor.Enter", "Monitor.Enter"),
        ("System.Threading.Monitor.Enter_Slowpath", "Monitor.Enter"),
        ("System.Threading.Monitor.ReliableEnter", "Monitor.Enter"),
        ("System.Threading.WaitHandle.WaitMultiple", "WaitHandle.WaitAny or WaitAll"),
        ("System.Threading.WaitHandle.WaitOneNoCheck", "WaitHandle.WaitOne"),
        ("System.Net.Sockets.Socket.Accept", "Socket.Accept"),
        ("System.Net.Sockets.Socket.Receive", "Socket.Receive"),
        ("System.Net.Sockets.Socket.Send", "Socket.Send"),
        ("System.Net.Sockets.Socket.Connect", "Socket.Connect"),
        ("System.Diagnostics.Process.WaitForExit", "Process.WaitForExit"),
    ];

    static readonly Dictionary<string, int> s_ranks = s_waits.Select(static (wait, rank) => (wait.Method, rank)).ToDictionary(static one => one.Method, static one => one.rank, StringComparer.Ordinal);

    /// <summary>The wait; null when the frames do not tell.</summary>
    public static string? Of(IReadOnlyList<OutsideFrame> frames)
    {
        var best = int.MaxValue;
        for (var i = 0; i < Math.Min(frames.Count, Looked); i++)
        {
            if (frames[i].Kind == OutsideFrameKind.Managed && s_ranks.TryGetValue(frames[i].RawName, out var rank))
                best = Math.Min(best, rank);
        }
        return best < s_waits.Length ? s_waits[best].Waits : null;
    }
}
