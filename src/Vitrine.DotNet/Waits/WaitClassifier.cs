using Vitrine.DotNet.Events;

namespace Vitrine.DotNet.Waits;

/// <summary>Tells the program's waits from those that are there in every process, by the methods on the stack.</summary>
static class WaitClassifier
{
    static readonly string[] Housekeepers =
    [
        "System.Threading.TimerQueue.TimerThread", "System.Threading.PortableThreadPool.GateThread.", "System.Threading.PortableThreadPool.WaitThread.", "System.Threading.PortableThreadPool.IOCompletionPoller.",
        "System.Net.Sockets.SocketAsyncEngine.EventLoop", "System.Diagnostics.Tracing.CounterGroup.",
    ];

    /// <summary>What a wait with this stack is.</summary>
    /// <param name="stack">Addresses, leaf first.</param>
    /// <param name="source">What the runtime says it is.</param>
    /// <param name="names">Their names.</param>
    public static WaitKind Of(ReadOnlySpan<ulong> stack, WaitSource source, FrameNames names)
    {
        var isFirst = true;
        var sawProgram = false;
        foreach (var address in stack)
        {
            var frame = names[address];
            var name = frame.Name;
            if (isFirst && source == WaitSource.Unknown && name == "System.Threading.Monitor.Wait") return WaitKind.Reentry;
            isFirst = false;
            if (sawProgram) continue;
            if (frame.IsOwn) return WaitKind.Own;
            if (name.StartsWith("System.Threading.Lock.", StringComparison.Ordinal)) return WaitKind.Lock;
            if (name.StartsWith("System.Threading.LowLevelLifoSemaphore.", StringComparison.Ordinal)) return WaitKind.IdleWorker;
            foreach (var housekeeper in Housekeepers)
                if (name.StartsWith(housekeeper, StringComparison.Ordinal))
                    return WaitKind.Housekeeping;
            // From the first frame of a program on it is its wait, whoever called it.
            sawProgram = name.Length > 0 && !frame.IsFramework;
        }
        return WaitKind.Program;
    }
}
