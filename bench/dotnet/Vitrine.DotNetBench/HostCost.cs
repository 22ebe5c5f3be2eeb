using System.Diagnostics;
using System.Globalization;
using Vitrine.DotNet.Cpu;
using Vitrine.DotNet.Outside;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNetBench;

/// <summary>
/// What each instrument costs a whole program beside this one: throughput of 2 and of 200 threads that compute, throughput and 99th percentile of a Kestrel service under load. Windows with and without the
/// instrument in turns; its beginning and end are outside of the windows. Beside them the same for dotnet-trace.
/// </summary>
sealed class HostCost : IDisposable
{
    const int Connections = 16;

    static readonly string[] s_works = ["2 threads", "200 threads", "Kestrel"];

    readonly Host _host = new();
    readonly Load _load;
    readonly string _trace;
    readonly Dictionary<(string Way, string Work), List<(double Loss, double Off, double On)>> _pairs = [];
    readonly Dictionary<string, string> _missing = [];
    readonly List<double> _perSecond = [];

    /// <param name="trace">The path of dotnet-trace, or why there is none, after "no ".</param>
    public HostCost(string trace)
    {
        (_trace, _load) = (trace, new(_host.Port, Connections));
    }

    sealed record Way(string Name, string Text, Func<HostCost, IDisposable> Start);

    /// <summary>Those with a goal are there twice: they get twice the pairs.</summary>
    static readonly Way[] s_ways =
    [
        new("cpu", "`cpu`, best backend", static self => self.Inside("cpu")),
        new("cpu-threads", "`cpu`, an event for each thread", static self => self.Inside("cpu-threads")),
        new("outside", "`cpu` from outside, as root", static self => self.Outside()),
        new("allocs", "`allocs`", static self => self.Inside("allocs")),
        new("heap", "`heap`", static self => self.Inside("heap")),
        new("cpu", "", static self => self.Inside("cpu")),
        new("cpu-threads", "", static self => self.Inside("cpu-threads")),
        new("outside", "", static self => self.Outside()),
        new("mutex", "`mutex`", static self => self.Inside("mutex")),
        new("block", "`block`", static self => self.Inside("block")),
        new("exceptions", "`exceptions`", static self => self.Inside("exceptions")),
        new("dotnet-trace", "dotnet-trace collect, its default", static self => self.Trace()),
    ];

    public void Run(int leastRounds, int mostRounds, TimeSpan budget, TimeSpan window)
    {
        var begun = Stopwatch.GetTimestamp();
        foreach (var work in s_works) _ = Measure(work, TimeSpan.FromSeconds(1)); // the compiler's second tier
        var rounds = 0;
        // As many rounds as the budget has room for: the next one takes what the last one took.
        var longest = TimeSpan.Zero;
        for (; rounds < mostRounds && (rounds < leastRounds || Stopwatch.GetElapsedTime(begun) + longest < budget); rounds++)
        {
            var from = Stopwatch.GetTimestamp();
            foreach (var way in s_ways.Where(one => !_missing.ContainsKey(one.Name)))
                Round(way, rounds % 2 == 0, window);
            if (Stopwatch.GetElapsedTime(from) is var took && took > longest) longest = took;
        }

        Console.WriteLine($"A program of its own, {rounds} rounds of all instruments in turns, windows of {window.TotalSeconds:0.##} s with and without (twice as many for `cpu`). Loss of throughput: median (quartiles); below zero is noise. " +
            $"Kestrel: {Connections} connections, {Median(_perSecond):N0} requests a second without; the load comes from the same processors, and so does what looks from outside.");
        Console.WriteLine();
        Console.WriteLine("| instrument | 2 threads that compute | 200 threads that compute | Kestrel | Kestrel's 99th percentile, without | with |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        foreach (var way in s_ways.DistinctBy(static one => one.Name))
        {
            if (_missing.TryGetValue(way.Name, out var why))
            {
                Console.WriteLine($"| {way.Text} | not measured: {why} | | | | |");
                continue;
            }
            var kestrel = _pairs[(way.Name, "Kestrel")];
            Console.WriteLine($"| {way.Text} | {string.Join(" | ", s_works.Select(work => Quartiles(way.Name, work)))} | {Median(kestrel.Select(static one => one.Off)):N0} µs | {Median(kestrel.Select(static one => one.On)):N0} µs |");
        }
    }

    /// <summary>The goals that this measures.</summary>
    public void AddTo(Goals goals)
    {
        foreach (var (way, text) in new[] { ("cpu", "CPU profile, best backend"), ("cpu-threads", "CPU profile, an event for each thread") })
        {
            AddTo(goals, way, "200 threads", $"{text}: at most 1 % of 200 threads that compute", 0.01);
            AddTo(goals, way, "Kestrel", $"{text}: at most 5 % of Kestrel's throughput", 0.05);
        }
        // None at all: a loss that cannot be told from zero.
        foreach (var work in s_works.Skip(1))
        {
            if (!_pairs.TryGetValue(("outside", work), out var pairs)) goals.NotMeasured($"CPU profile from outside: nothing ({work})", _missing.GetValueOrDefault("outside", ""));
            else goals.Add($"CPU profile from outside: nothing ({work}): zero within the quartiles, or above", Quartiles("outside", work), At(pairs, 0.25) <= 0);
        }
    }

    void AddTo(Goals goals, string way, string work, string text, double most)
    {
        if (_pairs.TryGetValue((way, work), out var pairs)) goals.Add(text, Quartiles(way, work), At(pairs, 0.5) <= most);
        else goals.NotMeasured(text, _missing.GetValueOrDefault(way, ""));
    }

    void Round(Way way, bool withFirst, TimeSpan window)
    {
        (double PerSecond, double Percentile)[]? off = null, on = null;
        for (var half = 0; half < 2; half++)
        {
            // Which of the two goes first changes, so that a drift of the machine cannot favour one.
            if ((half == 0) != withFirst)
            {
                off = Windows(window);
                continue;
            }
            IDisposable running;
            try
            {
                running = way.Start(this);
            }
            catch (InstrumentUnavailableException e)
            {
                _missing.TryAdd(way.Name, e.Message);
                return;
            }
            using (running) on = Windows(window);
        }
        for (var i = 0; i < s_works.Length; i++)
        {
            var key = (way.Name, s_works[i]);
            if (!_pairs.TryGetValue(key, out var pairs)) _pairs[key] = pairs = [];
            pairs.Add((1 - on![i].PerSecond / off![i].PerSecond, off[i].Percentile, on[i].Percentile));
        }
        _perSecond.Add(off![^1].PerSecond);
    }

    (double PerSecond, double Percentile)[] Windows(TimeSpan window) => [.. s_works.Select(work => Measure(work, window))];

    (double PerSecond, double Percentile) Measure(string work, TimeSpan window) => work switch
    {
        "2 threads" => (_host.Compute(2, window), 0),
        "200 threads" => (_host.Compute(200, window), 0),
        _ => _load.Run(window),
    };

    Ending Inside(string name)
    {
        if (_host.Ask($"on {name}") is var answer && answer != "ok") throw new InstrumentUnavailableException(answer);
        return new(() => _ = _host.Ask("off"));
    }

    Ending Outside()
    {
        var stop = new CancellationTokenSource();
        var target = DotNetTarget.Attach(LinuxProcess.Open(_host.Pid));
        var recording = Task.Factory.StartNew(() => new OutsideCpuRecorder().Record(target, TimeSpan.FromMinutes(5), stop.Token), TaskCreationOptions.LongRunning);
        if (Task.WhenAny(recording, Task.Delay(TimeSpan.FromSeconds(1))).Result == recording) recording.GetAwaiter().GetResult();
        return new(() =>
        {
            stop.Cancel();
            recording.Wait();
            stop.Dispose();
        });
    }

    Ending Trace()
    {
        if (!File.Exists(_trace)) throw new InstrumentUnavailableException(_trace);
        var file = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"vitrine-bench-{Environment.ProcessId}.nettrace"));
        var start = new ProcessStartInfo(_trace, ["collect", "-p", _host.Pid.ToString(CultureInfo.InvariantCulture), "-o", file])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // A tool brings its runtime's version with it; what is installed here will do.
        start.Environment["DOTNET_ROLL_FORWARD"] = "Major";
        start.Environment["DOTNET_NOLOGO"] = "1";
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var begun = Stopwatch.GetTimestamp();
        while (!(File.Exists(file) && new FileInfo(file).Length > 0))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(begun) > TimeSpan.FromSeconds(30))
            {
                if (!process.HasExited) process.Kill();
                throw new InstrumentUnavailableException("dotnet-trace wrote nothing");
            }
            Thread.Sleep(20);
        }
        Thread.Sleep(300);
        return new(() =>
        {
            Host.Interrupt(process);
            // A shell without job control starts programs deaf to it.
            if (!process.WaitForExit(TimeSpan.FromSeconds(3))) process.Kill();
            process.WaitForExit();
            process.Dispose();
            File.Delete(file);
        });
    }

    sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }

    string Quartiles(string way, string work) => _pairs[(way, work)] is var pairs ? string.Create(CultureInfo.InvariantCulture, $"{At(pairs, 0.5):P1} ({At(pairs, 0.25):P1} to {At(pairs, 0.75):P1})") : "";

    static double At(List<(double Loss, double, double)> pairs, double part) => pairs.Select(static one => one.Loss).Order().ElementAt((int)(pairs.Count * part));

    static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    public void Dispose()
    {
        _load.Dispose();
        _host.Dispose();
    }
}
