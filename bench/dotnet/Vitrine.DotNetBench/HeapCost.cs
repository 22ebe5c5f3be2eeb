using System.Diagnostics;
using System.Security.Cryptography;
using Vitrine.DotNet;
using Vitrine.DotNet.Allocations;
using Vitrine.DotNet.Heap;

namespace Vitrine.DotNetBench;

/// <summary>
/// What <c>allocs</c> and <c>heap</c> cost their host: the throughput of two threads, and the part of the time that collections stop them, with and without, in turns. Two kinds of work: one that does nothing but
/// allocate and keep some of it, the worst there is, and one that allocates as a service does beside its work.
/// </summary>
static class HeapCost
{
    delegate long Work(Queue<byte[]> kept, byte[] buffer);

    public static void Run(int rounds, TimeSpan window)
    {
        Console.WriteLine($"Two threads, {rounds} pairs of {window.TotalSeconds:0.#} s windows each, the instrument in the process itself:");
        Console.WriteLine();
        Console.WriteLine("| work | allocates | instrument | loss of throughput, median (quartiles) | stopped by collections, without | with |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var (name, work) in new (string, Work)[] { ("allocating only", AllocateOnly), ("hashing, and 4 KB for each 20 µs", Serve) })
            foreach (var (instrument, start) in new (string, Func<IDisposable>)[] { ("allocs", StartAllocations), ("heap", StartHeap) })
                Row(name, work, instrument, start, rounds, window);
    }

    static void Row(string name, Work work, string instrument, Func<IDisposable> start, int rounds, TimeSpan window)
    {
        List<double> losses = [];
        List<(double Off, double On)> pauses = [];
        double rate = 0;
        _ = Measure(work, window);
        for (var round = 0; round < rounds; round++)
        {
            (double Operations, double Paused, double Bytes) off = default, on = default;
            for (var half = 0; half < 2; half++)
            {
                // Which of the two goes first changes, so that a drift of the machine cannot favour one.
                if ((half == 0) == (round % 2 == 0))
                {
                    off = Measure(work, window);
                    continue;
                }
                using var running = start();
                on = Measure(work, window);
            }
            losses.Add(1 - on.Operations / off.Operations);
            pauses.Add((off.Paused, on.Paused));
            rate += off.Bytes / rounds;
        }
        losses.Sort();
        Console.WriteLine($"| {name} | {rate / 1e6:N0} MB/s | {instrument} | {losses[rounds / 2]:P1} ({losses[rounds / 4]:P1} to {losses[rounds * 3 / 4]:P1}) | " +
            $"{pauses.Average(static one => one.Off):P1} | {pauses.Average(static one => one.On):P1} |");
    }

    static (double Operations, double Paused, double Bytes) Measure(Work work, TimeSpan window)
    {
        long total = 0;
        var (paused, allocated) = (GC.GetTotalPauseDuration(), GC.GetTotalAllocatedBytes());
        var begun = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            var (kept, buffer) = (new Queue<byte[]>(), new byte[8192]);
            long count = 0;
            while (Stopwatch.GetElapsedTime(begun) < window)
                for (var i = 0; i < 50; i++)
                    count += work(kept, buffer);
            Interlocked.Add(ref total, count);
        })).ToList();
        threads.ForEach(static one => one.Start());
        threads.ForEach(static one => one.Join());
        var elapsed = Stopwatch.GetElapsedTime(begun);
        return (total / elapsed.TotalSeconds, (GC.GetTotalPauseDuration() - paused) / elapsed, (GC.GetTotalAllocatedBytes() - allocated) / elapsed.TotalSeconds);
    }

    static long AllocateOnly(Queue<byte[]> kept, byte[] buffer)
    {
        for (var i = 0; i < 20; i++)
            GC.KeepAlive(new byte[500]);
        kept.Enqueue(new byte[1000]);
        if (kept.Count > 20_000) kept.Dequeue();
        return 1;
    }

    static long Serve(Queue<byte[]> kept, byte[] buffer)
    {
        kept.Enqueue(SHA256.HashData(buffer));
        for (var i = 0; i < 8; i++)
            GC.KeepAlive(new byte[488]);
        if (kept.Count > 20_000) kept.Dequeue();
        return 1;
    }

    static HeapTracking StartHeap() => HeapTracking.Start(SelfTarget.Instance, new() { Allocations = new() { MaximumShare = 10 } });

    static Watch StartAllocations() => new();

    sealed class Watch : IDisposable
    {
        readonly CancellationTokenSource _stop = new();
        readonly Thread _thread;

        public Watch()
        {
            _thread = new(() => new AllocationsInstrument(options: new() { MaximumShare = 10 }).Record(SelfTarget.Instance, TimeSpan.FromHours(1), _stop.Token));
            _thread.Start();
        }

        public void Dispose()
        {
            _stop.Cancel();
            _thread.Join();
            _stop.Dispose();
        }
    }
}
