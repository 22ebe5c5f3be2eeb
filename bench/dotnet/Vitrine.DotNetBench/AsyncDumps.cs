using System.Diagnostics;
using Vitrine.DotNet;
using Vitrine.DotNet.Async;

namespace Vitrine.DotNetBench;

/// <summary>A dump of live async operations, three methods deep each; the median in milliseconds.</summary>
static class AsyncDumps
{
    public static double Run(int chains, int rounds)
    {
        using var tracking = AsyncTracking.Start();
        var gate = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var tasks = Enumerable.Range(0, chains).Select(_ => Handle(gate.Task)).ToArray();
        var instrument = new AsyncInstrument();
        List<double> milliseconds = [];
        var processor = TimeSpan.Zero;
        long shown = 0;
        for (var round = 0; round < rounds; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            var look = instrument.Collect(SelfTarget.Instance, tracking, default);
            milliseconds.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            if (round == rounds / 2) processor = Environment.CpuUsage.TotalTime;
            shown = look.Result.Samples.Sum(static one => one.Values[0]);
        }
        var perDump = (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / (rounds - 1 - rounds / 2);
        var first = milliseconds[0];
        milliseconds.Sort();
        Console.WriteLine($"Dump of {chains:N0} async chains, three methods deep ({chains * 3:N0} operations): {milliseconds[rounds / 2]:F1} ms, median of {rounds}, of {perDump:F1} ms processor time each, collections included; the first, with its PDB, {first:F1} ms; {shown:N0} chains shown.");
        gate.SetResult(1);
        Task.WaitAll(tasks);
        return milliseconds[rounds / 2];
    }

    static async Task<int> Handle(Task<int> gate) => await Serve(gate) + 1;

    static async Task<int> Serve(Task<int> gate) => await Fetch(gate) + 1;

    static async Task<int> Fetch(Task<int> gate) => await gate;
}
