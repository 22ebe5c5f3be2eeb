using System.Diagnostics;
using Vitrine.DotNet.Custom;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Stacks;

namespace Vitrine.DotNetBench;

/// <summary>Adding to and removing from a custom profile with 2 and 64 threads, divided into stripes and under one lock, in turns.</summary>
static class CustomProfiles
{
    public static void Run(int rounds, TimeSpan window)
    {
        var stack = CapturedStack.Capture(0, LabelList.Empty);
        Console.WriteLine("| pairs of Add and Remove per second | threads | striped | one lock | striped / one lock |");
        Console.WriteLine("|---|---:|---:|---:|---:|");
        foreach (var threads in (int[])[2, 64])
        {
            Row("as a program calls it", threads, static (profile, value) => { profile.Add(value); profile.Remove(value); });
            Row("without the capture of the stack", threads, (profile, value) => { profile.Insert(value, stack); profile.Remove(value); });
        }

        void Row(string what, int threads, Action<CustomProfile, object> pair)
        {
            List<double> striped = [], locked = [];
            _ = Throughput(threads, 0, window, pair);
            for (var round = 0; round < rounds; round++)
            {
                striped.Add(Throughput(threads, 0, window, pair));
                locked.Add(Throughput(threads, 1, window, pair));
            }
            striped.Sort();
            locked.Sort();
            Console.WriteLine($"| {what} | {threads} | {striped[rounds / 2]:N0} | {locked[rounds / 2]:N0} | {striped[rounds / 2] / locked[rounds / 2]:F2}× |");
        }
    }

    public static void Single(bool quick)
    {
        using var profile = new CustomProfile("bench");
        var value = new object();
        Console.WriteLine("| what | time | allocated |");
        Console.WriteLine("|---|---:|---:|");
        foreach (var depth in (int[])[5, 20, 60])
            Measure.Row($"Add and Remove, {depth} frames deeper than the loop", Deep(depth, () => Measure.Of(quick, () => { profile.Add(value); profile.Remove(value); })));
        Measure.Row("a label scope while something reads labels", Measure.Of(quick, static () => { using (ProfileLabels.Scope(("tenant", "blue"))) { } }));
        profile.Dispose();
        Measure.Row("a label scope while nothing reads labels", Measure.Of(quick, static () => { using (ProfileLabels.Scope(("tenant", "blue"))) { } }));
    }

    static T Deep<T>(int depth, Func<T> action)
    {
        if (depth == 0) return action();
        var result = Deep(depth - 1, action);
        GC.KeepAlive(action);
        return result;
    }

    static double Throughput(int threads, int stripes, TimeSpan window, Action<CustomProfile, object> pair)
    {
        using var profile = new CustomProfile("bench", new() { Stripes = stripes });
        long total = 0;
        using var ready = new Barrier(threads + 1);
        var begun = 0L;
        var workers = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            var values = Enumerable.Range(0, 64).Select(static _ => new object()).ToArray();
            ready.SignalAndWait();
            long count = 0;
            while (Stopwatch.GetElapsedTime(Volatile.Read(ref begun)) < window)
            {
                for (var i = 0; i < values.Length; i++) pair(profile, values[i]);
                count += values.Length;
            }
            Interlocked.Add(ref total, count);
        }, 256 * 1024)).ToList();
        workers.ForEach(static one => one.Start());
        Volatile.Write(ref begun, Stopwatch.GetTimestamp());
        ready.SignalAndWait();
        workers.ForEach(static one => one.Join());
        return total / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
