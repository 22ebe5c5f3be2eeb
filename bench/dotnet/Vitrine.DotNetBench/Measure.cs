using System.Diagnostics;

namespace Vitrine.DotNetBench;

/// <summary>Time and bytes of a call: warmed up, then the median of rounds, so that a round in which the machine was elsewhere does not count.</summary>
static class Measure
{
    const int Rounds = 15;

    public static (double Nanoseconds, double Bytes) Of(int calls, Action action)
    {
        // Long enough for the compiler's second tier, which comes 100 ms after the last new method.
        for (var warm = Stopwatch.StartNew(); warm.ElapsedMilliseconds < 300;)
            for (var i = 0; i < 30; i++) action();
        var nanoseconds = new double[Rounds];
        var bytes = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var begun = Stopwatch.GetTimestamp();
            for (var i = 0; i < calls; i++)
                action();
            nanoseconds[round] = Stopwatch.GetElapsedTime(begun).TotalNanoseconds / calls;
            bytes[round] = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)calls;
        }
        Array.Sort(nanoseconds);
        Array.Sort(bytes);
        return (nanoseconds[Rounds / 2], bytes[Rounds / 2]);
    }

    public static string Time(double nanoseconds) => nanoseconds switch
    {
        < 1000 => $"{nanoseconds:F0} ns",
        < 1_000_000 => $"{nanoseconds / 1000:F1} µs",
        _ => $"{nanoseconds / 1e6:F1} ms",
    };

    public static void Row(string what, (double Nanoseconds, double Bytes) cost) =>
        Console.WriteLine($"| {what} | {Time(cost.Nanoseconds)} | {cost.Bytes:N0} B |");
}
