using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Vitrine.GuardBench.Decision;

namespace Vitrine.GuardBench.Host;

/// <summary>
/// What the guard's callers cost the service that they look at: how long its own requests take while nobody asks for looks, while a thousand connections ask for looks that are refused, and while three looks run that are permitted. Service,
/// refused callers and the measuring client are processes of their own, on the same machine.
/// </summary>
static class HostBench
{
    const int Clients = 2;

    static readonly string[] s_looks = ["profile", "block", "exceptions"];

    /// <summary>Runs one of the other processes, if the arguments are for it.</summary>
    public static bool RunOther(string[] args)
    {
        if (args is ["host-server" or "host-server-hidden", var keyFile]) HostServer.Run(keyFile, isHidden: args[0] == "host-server-hidden");
        else if (args is ["host-flood", var address, var authorization]) HostFlood.Run(new Uri(address), authorization);
        else return false;
        return true;
    }

    public static void Run(bool quick)
    {
        var (rounds, window) = quick ? (1, TimeSpan.FromSeconds(0.5)) : (5, TimeSpan.FromSeconds(1.5));
        using var work = new WorkFolder();
        using var tokens = new TokenMaker(work);
        var flooder = tokens.Credentials("flood", 0).Authorization[0];
        using var server = Start("host-server", work["key.pem"]);
        var address = new Uri(server.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the service did not start"));
        using var flood = Start("host-flood", address.ToString(), flooder);
        try
        {
            Measure(address, TimeSpan.FromSeconds(0.3));   // methods are compiled
            Tell(flood, "on");
            Measure(address, TimeSpan.FromSeconds(0.3));
            Tell(flood, "off");
            var (alone, refused, permitted) = (new Row("alone"), new Row($"{HostFlood.Connections:N0} connections ask once a second each, and are refused"), new Row("three looks run: " + string.Join(", ", s_looks)));
            var answers = "";
            for (var round = 0; round < rounds; round++)
            {
                alone.Add(Measure(address, window));
                Tell(flood, "on");
                refused.Add(Measure(address, window));
                answers = Tell(flood, "off");
                var caller = tokens.Credentials(string.Create(CultureInfo.InvariantCulture, $"caller{round}"), round).Authorization[0];
                var looks = s_looks.Select(name => Task.Factory.StartNew(() => Look(address, name, caller), TaskCreationOptions.LongRunning)).ToArray();
                permitted.Add(Measure(address, TimeSpan.FromSeconds(1)));
                Task.WaitAll(looks);
            }
            Console.WriteLine("| the service's own requests | p50 | p99 | requests a second |");
            Console.WriteLine("|---|---|---|---|");
            foreach (var row in (Row[])[alone, refused, permitted]) Console.WriteLine(row.Text);
            Console.WriteLine();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Medians of {rounds} rounds in turn; {Clients} clients, a request about each millisecond. What the refused ones were answered in the last round: {answers}."));
        }
        finally
        {
            End(flood);
            End(server);
        }
    }

    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true }) ?? throw new InvalidOperationException("no process was started");

    static string Tell(Process flood, string word)
    {
        flood.StandardInput.WriteLine(word);
        flood.StandardInput.Flush();
        return flood.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the refused callers are gone");
    }

    // All of them end with their input.
    public static void End(Process process)
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(10))) process.Kill();
    }

    static void Look(Uri address, string name, string authorization)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, $"/debug/pprof/{name}?seconds=1"));
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = client.Send(request);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{name}: {(int)answer.StatusCode} {answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()}");
    }

    // Milliseconds, sorted; and how long it took.
    static (double[] Times, TimeSpan Window) Measure(Uri address, TimeSpan window)
    {
        var times = new List<double>[Clients];
        var threads = Enumerable.Range(0, Clients).Select(number => new Thread(() => times[number] = Ask(address, window))).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        return ([.. times.SelectMany(static one => one).Order()], window);
    }

    static List<double> Ask(Uri address, TimeSpan window)
    {
        using var client = new TcpClient(address.Host, address.Port) { NoDelay = true };
        var (stream, request, buffer) = (client.GetStream(), Encoding.ASCII.GetBytes(Request.Of("/work", "")), new byte[4096]);
        var times = new List<double>();
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < window; Thread.Sleep(1))
        {
            var sent = Stopwatch.GetTimestamp();
            if (Request.SendBlocking(stream, request, buffer) != 200) throw new InvalidOperationException("the service's own page failed");
            times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }
        return times;
    }

    sealed class Row(string name)
    {
        readonly List<double> _p50 = [], _p99 = [], _rate = [];

        public void Add((double[] Times, TimeSpan Window) round)
        {
            _p50.Add(round.Times[round.Times.Length / 2]);
            _p99.Add(round.Times[round.Times.Length * 99 / 100]);
            _rate.Add(round.Times.Length / round.Window.TotalSeconds);
        }

        public string Text => string.Create(CultureInfo.InvariantCulture, $"| {name} | {Median(_p50):0.00} ms | {Median(_p99):0.00} ms | {Median(_rate):N0} |");

        static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
    }
}
