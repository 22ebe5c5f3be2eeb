using System.Diagnostics;
using System.Globalization;

namespace Vitrine.GuardBench.Gate;

/// <summary>
/// What a gate adds to the time of a page: the same page asked of the service itself, through nginx that forwards and nothing else, and through the gate. One request at a time over one connection each, in
/// turns of a few requests, so that what the machine does otherwise hits all of them alike. The first request of a turn is counted apart: the processor's caches hold what the other ways did meanwhile.
/// </summary>
static class GateBench
{
    const int RequestsInATurn = 50;
    const int WarmUpTurns = 10;

    /// <summary>Measures and prints a table.</summary>
    /// <param name="ways">Names and base addresses, the bare service first.</param>
    /// <param name="quick">A tenth of the requests.</param>
    public static void Run(IReadOnlyList<(string Name, Uri Address)> ways, bool quick)
    {
        if (ways.Count == 0)
        {
            Console.WriteLine("gate: no addresses were given (bench/guard/run starts the servers and names them).");
            return;
        }
        var turns = quick ? 4 : 40;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Debian's Prometheus, its own page, through nginx, and through `vitrine gate`: one request at a time, {turns} turns of {RequestsInATurn} each, all ways in turns."));
        Console.WriteLine();
        Console.WriteLine("| page | way | median | 99th percentile | added at the median | added at the 99th percentile | first of a turn, median |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---:|");
        foreach (var page in (string[])["debug/pprof/cmdline", "debug/pprof/threadcreate"])
            Compare(page, ways, turns);
    }

    static void Compare(string page, IReadOnlyList<(string Name, Uri Address)> ways, int turns)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 1, AutomaticDecompression = System.Net.DecompressionMethods.None });
        var times = ways.Select(static _ => new List<double>()).ToArray();
        var firsts = ways.Select(static _ => new List<double>()).ToArray();
        // The first turns warm up: a gate runs for weeks, and its methods are compiled for good within seconds.
        for (var turn = 0; turn < WarmUpTurns + turns; turn++)
        {
            for (var way = 0; way < ways.Count; way++)
            {
                var address = new Uri(ways[way].Address, page);
                for (var i = 0; i < RequestsInATurn; i++)
                {
                    var begun = Stopwatch.GetTimestamp();
                    using var answer = client.Send(new(HttpMethod.Get, address), HttpCompletionOption.ResponseContentRead);
                    var took = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
                    if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{address} answered {(int)answer.StatusCode}.");
                    if (turn >= WarmUpTurns) (i == 0 ? firsts : times)[way].Add(took);
                }
            }
        }
        foreach (var list in times.Concat(firsts)) list.Sort();
        for (var way = 0; way < ways.Count; way++)
        {
            var (median, tail) = (Percentile(times[way], 0.5), Percentile(times[way], 0.99));
            var added = way == 0 ? "| | |" : string.Create(CultureInfo.InvariantCulture, $"| {median - Percentile(times[0], 0.5):N0} µs | {tail - Percentile(times[0], 0.99):N0} µs |");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| `{page}` | {ways[way].Name} | {median:N0} µs | {tail:N0} µs {added} {Percentile(firsts[way], 0.5):N0} µs |"));
        }
    }

    static double Percentile(List<double> sorted, double share) => sorted[(int)((sorted.Count - 1) * share)];
}
