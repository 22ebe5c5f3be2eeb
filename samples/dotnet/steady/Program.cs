using System.Globalization;
using System.Runtime.CompilerServices;

namespace Steady;

/// <summary>
/// A .NET program that does the same all the time, for what looks at one from outside: garbage, and with "leak" memory that is never given back, with "threads" threads that never end, with "throw"
/// exceptions, with "lock" threads that wait for each other. It says "ready", answers each line of its input, and ends with its input.
/// </summary>
static class Program
{
    static readonly List<byte[]> s_remembered = [];
    static readonly object s_gate = new();
    static long s_thrown, s_contended;

    static void Main(string[] args)
    {
        var wants = args.ToHashSet();
        Background(() => Scratch());
        if (wants.Contains("leak")) Background(() => Remember());
        if (wants.Contains("threads")) Background(() => StartThreadThatStays());
        if (wants.Contains("throw")) Background(() => ThrowAndCatch());
        if (wants.Contains("lock"))
            for (var i = 0; i < 2; i++)
                Background(() => HoldGate());
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } line)
        {
            if (line == "gc") GC.Collect();
            var memory = GC.GetGCMemoryInfo(GCKind.Any);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{GC.CollectionCount(0)} {GC.CollectionCount(1)} {GC.CollectionCount(2)} {GC.GetTotalAllocatedBytes(precise: true)} {memory.HeapSizeBytes} {memory.TotalCommittedBytes} {Interlocked.Read(ref s_thrown)} {Interlocked.Read(ref s_contended)} {GC.GetTotalPauseDuration().TotalMilliseconds}"));
        }
    }

    static void Background(Action work) => new Thread(() =>
    {
        while (true)
            work();
    })
    { IsBackground = true }.Start();

    /// <summary>20 MB of garbage a second.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Scratch()
    {
        for (var i = 0; i < 20; i++)
            GC.KeepAlive(new byte[10_000]);
        Thread.Sleep(10);
    }

    /// <summary>5 MB a second that nothing ever lets go.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Remember()
    {
        for (var i = 0; i < 5; i++)
            s_remembered.Add(new byte[10_000]);
        Thread.Sleep(10);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void StartThreadThatStays()
    {
        new Thread(() => Thread.Sleep(Timeout.Infinite), 64 << 10) { IsBackground = true }.Start();
        Thread.Sleep(200);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void ThrowAndCatch()
    {
        try
        {
            throw new InvalidOperationException("nobody sees this");
        }
        catch (InvalidOperationException)
        {
            Interlocked.Increment(ref s_thrown);
        }
        Thread.Sleep(10);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void HoldGate()
    {
        var isFree = Monitor.TryEnter(s_gate);
        if (!isFree)
        {
            Interlocked.Increment(ref s_contended);
            Monitor.Enter(s_gate);
        }
        Thread.Sleep(5);
        Monitor.Exit(s_gate);
    }
}
