using Vitrine.DotNet.Events;

namespace Vitrine.DotNet.Goroutines;

/// <summary>What a thread does or waits for, told by the methods nearest to the leaf of its stack.</summary>
static class ThreadStates
{
    /// <summary>What is said of a thread that runs, or is ready to.</summary>
    public const string Running = "running";

    // How many frames from the leaf the wait's own methods can be.
    const int Depth = 16;

    // The first that fits, from the leaf: what is more telling stands further from it, so a later one replaces a weaker one.
    static readonly (string Prefix, string State, bool IsWeak)[] Rules =
    [
        ("System.Threading.LowLevelLifoSemaphore.", "idle (thread pool)", false),
        ("System.Threading.PortableThreadPool.GateThread.", "thread pool's gate", false),
        ("System.Threading.PortableThreadPool.WaitThread.", "thread pool's registered waits", false),
        ("System.Threading.TimerQueue.TimerThread", "timers", false),
        ("System.Net.Sockets.SocketAsyncEngine.EventLoop", "polls sockets", false),
        ("System.Threading.Tasks.Task.Wait", "Task.Wait", false),
        ("System.Threading.Tasks.Task.InternalWait", "Task.Wait", false),
        ("System.Threading.Thread.Sleep", "Thread.Sleep", false),
        ("System.Threading.Thread.Join", "Thread.Join", false),
        ("System.Threading.Monitor.Enter", "Monitor.Enter", false),
        ("System.Threading.Monitor.ReliableEnter", "Monitor.Enter", false),
        ("System.Threading.Lock.", "Lock.Enter", false),
        ("System.Threading.SemaphoreSlim.Wait", "SemaphoreSlim.Wait", false),
        ("System.Threading.ReaderWriterLockSlim.", "ReaderWriterLockSlim", false),
        ("System.Threading.CountdownEvent.Wait", "CountdownEvent.Wait", false),
        ("System.Threading.Barrier.", "Barrier", false),
        ("System.Collections.Concurrent.BlockingCollection", "BlockingCollection", false),
        ("System.Threading.ManualResetEventSlim.Wait", "ManualResetEventSlim.Wait", true),
        ("System.Threading.Monitor.Wait", "Monitor.Wait", true),
        ("System.Threading.Monitor.ObjWait", "Monitor.Wait", true),
        ("System.Threading.WaitHandle.", "WaitHandle", true),
    ];

    /// <summary>The state of a thread.</summary>
    /// <param name="stack">Its addresses, leaf first.</param>
    /// <param name="names">Their names.</param>
    /// <param name="inManagedCode">Whether it ran managed code, or was ready to; else it waited, or ran native code.</param>
    public static string Of(ReadOnlySpan<ulong> stack, FrameNames names, bool inManagedCode)
    {
        var weak = "";
        for (var i = 0; i < Math.Min(stack.Length, Depth); i++)
        {
            var frame = names[stack[i]];
            if (frame.Name.Length > 0 && !frame.IsFramework) break;
            foreach (var (prefix, state, isWeak) in Rules)
            {
                if (!frame.Name.StartsWith(prefix, StringComparison.Ordinal)) continue;
                if (!isWeak) return state;
                weak = state;
            }
        }
        if (weak.Length > 0) return weak;
        return inManagedCode ? Running : "in native code or a system call";
    }
}
