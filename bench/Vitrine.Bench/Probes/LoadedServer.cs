using System.Diagnostics;
using System.Globalization;
using Vitrine.TestTargets;

namespace Vitrine.Bench.Probes;

/// <summary>The server of samples/go/yardstick and loads on it.</summary>
sealed class LoadedServer(GoFixture fixture) : IDisposable
{
    public const int Rate = 10_000;
    const int Connections = 64;
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    readonly SampleProcess process = SampleProcess.Start(fixture, "serve");

    public int Pid => process.Pid;

    /// <summary>Measures one way; text instead when there is nothing to measure.</summary>
    public (Run? Run, string? Why) Measure(Way way, TimeSpan steady, TimeSpan full)
    {
        using var observer = new Observer(way.Commands);
        if (way.Commands.Count > 0 && observer.AwaitReady() is { } why) return (null, why);
        if (way.OwnProfile) process.Ask("profile on");
        try
        {
            Load(Rate, TimeSpan.FromSeconds(1)); // the instrument's own start, first faults, first growth of its tables
            TimeSpan serverBefore = ProcessClock.Cpu(Pid), observerBefore = observer.Cpu;
            var clock = Stopwatch.StartNew();
            var constant = Load(Rate, steady);
            var elapsed = clock.Elapsed;
            TimeSpan server = ProcessClock.Cpu(Pid) - serverBefore, watching = observer.Cpu - observerBefore;
            var fastest = Load(0, full);
            return (new Run(constant, fastest, server / constant.Requests, watching / elapsed, observer.PeakBytes), null);
        }
        finally
        {
            if (way.OwnProfile) process.Ask("profile off");
        }
    }

    public void Dispose() => process.Dispose();

    LoadResult Load(int rate, TimeSpan duration)
    {
        var address = process.ReadyLine[(process.ReadyLine.IndexOf('=', StringComparison.Ordinal) + 1)..];
        var start = new ProcessStartInfo(fixture.Path) { RedirectStandardOutput = true };
        foreach (var argument in (string[])["load", address, $"{rate}", duration.TotalSeconds.ToString(CultureInfo.InvariantCulture), $"{Connections}"]) start.ArgumentList.Add(argument);
        using var generator = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {fixture.Path}");
        var output = generator.StandardOutput.ReadToEndAsync();
        if (!generator.WaitForExit(Limit))
        {
            generator.Kill();
            throw new TimeoutException("the load did not end");
        }
        return generator.ExitCode == 0 ? LoadResult.Parse(output.Result) : throw new InvalidOperationException($"the load ended with {generator.ExitCode}");
    }
}
