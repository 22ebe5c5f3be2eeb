using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Vitrine.GuardBench.Decision;
using Vitrine.GuardBench.Host;

namespace Vitrine.GuardBench.Hiding;

/// <summary>
/// Whether the time of an answer tells that a service hides its pages behind a prefix: Go's path and a path that nobody has, as long and as deep, asked in turns and in an order that chance gives, over one connection, at the service as
/// <c>MapVitrine</c> makes it. What somebody who measures could learn is one number: how often the one answer takes longer than the other (0.5 = nothing). Beside it the same two measurements for two paths that nobody has, and for
/// the prefix itself, which anybody who knows it can tell from them.
/// </summary>
static class HidingBench
{
    const string Unknown = "/nobody/has/this_", Other = "/debug/other/heap", Default = "/debug/pprof/heap", Hidden = HostServer.HiddenPrefix + "heap";

    public static void Run(bool quick)
    {
        var pairs = quick ? 2_000 : 20_000;
        using var work = new WorkFolder();
        using var tokens = new TokenMaker(work);
        using var server = HostBench.Start("host-server-hidden", work["key.pem"]);
        try
        {
            var address = new Uri(server.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the service did not start"));
            using var client = new TcpClient(address.Host, address.Port) { NoDelay = true };
            // Methods are compiled, and compiled again, before anything counts.
            foreach (var path in (string[])[Unknown, Other, Default, Hidden])
                Measure(client, Unknown, path, quick ? 2_000 : 10_000, seed: 1);

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A service with the prefix `{HostServer.HiddenPrefix}`: answers to two paths in turns, {pairs:N0} each, without credentials."));
            Console.WriteLine();
            Console.WriteLine("| paths | medians | median of the differences (95 %) | the second takes longer | by rank sums, p |");
            Console.WriteLine("|---|---:|---:|---:|---:|");
            Show("two unknown paths", Unknown, Other, 2);
            Show("an unknown path and Go's", Unknown, Default, 3);
            Show("one beside Go's, and Go's", Other, Default, 4);
            Show("an unknown path and the prefix (refused with 401)", Unknown, Hidden, 5);

            void Show(string name, string first, string second, int seed)
            {
                var (a, b) = Measure(client, first, second, pairs, seed);
                var (low, middle, high) = Interval([.. a.Zip(b, static (one, two) => two - one)], seed);
                var ranks = RankSum.Of(a, b);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Median(a):0.00} and {Median(b):0.00} µs | {middle:+0.00;-0.00;0.00} µs ({low:+0.00;-0.00;0.00} to {high:+0.00;-0.00;0.00}) | {ranks.Superiority:0.0 %} of the time | {(ranks.P < 0.001 ? "< 0.001" : ranks.P.ToString("0.00", CultureInfo.InvariantCulture))} |"));
            }
        }
        finally
        {
            HostBench.End(server);
        }
    }

    // Microseconds. Which of a pair is asked first is left to chance, so that what the one leaves in caches is not always the other's gain.
    static (double[] First, double[] Second) Measure(TcpClient client, string first, string second, int pairs, int seed)
    {
        var (stream, random, buffer) = (client.GetStream(), new Random(seed), new byte[8192]);
        byte[][] requests = [Encoding.ASCII.GetBytes(Request.Of(first, "")), Encoding.ASCII.GetBytes(Request.Of(second, ""))];
        double[][] times = [new double[pairs], new double[pairs]];
        for (var i = 0; i < pairs; i++)
        {
            var begin = random.Next(2);
            foreach (var which in (ReadOnlySpan<int>)[begin, 1 - begin])
            {
                var sent = Stopwatch.GetTimestamp();
                Request.SendBlocking(stream, requests[which], buffer);
                times[which][i] = Stopwatch.GetElapsedTime(sent).TotalMicroseconds;
            }
        }
        return (times[0], times[1]);
    }

    static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    // Of the median, by drawing again (percentile bootstrap). Half a thousand draws are enough for two digits.
    static (double Low, double Middle, double High) Interval(double[] differences, int seed)
    {
        const int Draws = 500;
        var random = new Random(seed);
        var (medians, draw) = (new double[Draws], new double[differences.Length]);
        for (var i = 0; i < Draws; i++)
        {
            for (var k = 0; k < draw.Length; k++) draw[k] = differences[random.Next(differences.Length)];
            Array.Sort(draw);
            medians[i] = draw[draw.Length / 2];
        }
        Array.Sort(medians);
        return (medians[(int)(Draws * 0.025)], Median(differences), medians[(int)(Draws * 0.975)]);
    }
}
