using System.Diagnostics;

namespace Vitrine.DotNetBench;

/// <summary>
/// Time and bytes of a call: warmed up, then the median of many rounds of about 200 µs, so short that most of them run without being interrupted, also on a machine that has other work.
/// </summary>
static class Measure
{
    public static (double Nanoseconds, double Bytes) Of(bool quick, Action action)
    {
        // Long enough for the compiler's second tier, which comes 100 ms after the last new method.
        long warm = 0;
        var clock = Stopwatch.StartNew();
        while (clock.ElapsedMilliseconds < 300)
            for (var i = 0; i < 30; i++, warm++) action();
        var calls = (int)Math.Clamp(warm / 1500, 1, 1_000_000);
        var rounds = quick ? 25 : 2001;
        var nanoseconds = new double[rounds];
        var bytes = new double[rounds];
        for (var round = 0; round < rounds; round++)
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
        return (nanoseconds[rounds / 2], bytes[rounds / 2]);
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
