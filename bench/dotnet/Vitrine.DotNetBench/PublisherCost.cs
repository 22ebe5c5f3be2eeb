using System.Diagnostics;
using Vitrine.DotNet.Publishing;

namespace Vitrine.DotNetBench;

/// <summary>What publishing every 5 ms costs: the process's own processor time, and the throughput of a loop on every processor with the publisher on and off, in turns.</summary>
static class PublisherCost
{
    public static void Run(int rounds, TimeSpan window)
    {
        List<double> losses = [];
        _ = Throughput(window);
        for (var round = 0; round < rounds; round++)
        {
            // Which of the two goes first changes, so that a drift of the machine cannot favour one.
            double off = 0, on = 0;
            for (var half = 0; half < 2; half++)
            {
                if ((half == 0) == (round % 2 == 0)) { off = Throughput(window); continue; }
                using var publisher = RuntimePublisher.Start(TimeSpan.FromMilliseconds(5));
                on = Throughput(window);
            }
            losses.Add(1 - on / off);
        }
        losses.Sort();

        var idle = Idle(window * 2, publish: false);
        var publishing = Idle(window * 2, publish: true);
        Console.WriteLine($"Publishing every 5 ms, {rounds} pairs of {window.TotalSeconds:0.#} s windows, a busy loop on every processor: loss of throughput, median {losses[rounds / 2]:P2} " +
            $"(quartiles {losses[rounds / 4]:P2} to {losses[rounds * 3 / 4]:P2}).");
        Console.WriteLine($"Processor time of an idle process: {publishing:P3} of one processor with the publisher, {idle:P3} without.");
    }

    static double Idle(TimeSpan window, bool publish)
    {
        using var publisher = publish ? RuntimePublisher.Start(TimeSpan.FromMilliseconds(5)) : null;
        var before = Environment.CpuUsage.TotalTime;
        var begun = Stopwatch.GetTimestamp();
        Thread.Sleep(window);
        return (Environment.CpuUsage.TotalTime - before) / Stopwatch.GetElapsedTime(begun);
    }

    static double Throughput(TimeSpan window)
    {
        long total = 0;
        var begun = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            long count = 0, x = 1;
            while (Stopwatch.GetElapsedTime(begun) < window)
            {
                for (var i = 0; i < 1000; i++) x = x * 31 + i;
                count++;
            }
            GC.KeepAlive(x);
            Interlocked.Add(ref total, count);
        })).ToList();
        threads.ForEach(static one => one.Start());
        threads.ForEach(static one => one.Join());
        return total / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
