using System.Globalization;
using Vitrine.Go.Probes.Latency;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Latency;

/// <summary>Latencies against what the functions of samples/go/calls measured of themselves.</summary>
[Collection(nameof(Alone))]
public sealed class LatencyTruthTests
{
    /// <summary>What the probes themselves add to a duration: the rest of the trap at the beginning, the trap at the end.</summary>
    const double ProbeOverheadNs = 4_000;

    /// <summary>Share of the calls that other programs on the machine may disturb at the wrong moment.</summary>
    const double Disturbed = 0.03;

    const int Rounds = 4;

    public static TheoryData<string, GoFlavour, LatencyEnds> Builds()
    {
        var data = new TheoryData<string, GoFlavour, LatencyEnds>();
        foreach (var version in GoMatrix.VersionsOfThisRun)
        {
            data.Add(version, GoFlavour.Stripped, LatencyEnds.Returns);
            if (version is "1.19" or "1.23" or "1.27")
                data.Add(version, GoFlavour.Stripped, LatencyEnds.Callers);
            if (version is "1.19" or "1.27")
                data.Add(version, GoFlavour.Plain, LatencyEnds.Returns);
            if (version == "1.27")
            {
                data.Add(version, GoFlavour.Pie, LatencyEnds.Callers);
                data.Add(version, GoFlavour.Cgo, LatencyEnds.Returns);
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public void Quantiles_OfCalls_AreThoseThatTheFunctionMeasured(string version, GoFlavour flavour, LatencyEnds ends)
    {
        Prerequisite.Probes();
        using var sample = SampleProcess.Start(GoFixture.Build(version, flavour, "calls"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        // Counts are exact in every round. A busy machine may disturb the durations of one; a wrong figure would be wrong in all of them.
        for (var round = 1; ; round++)
        {
            try
            {
                Measure(sample, target, ends);
                return;
            }
            catch (DisturbedException) when (round < Rounds)
            {
                TestContext.Current.SendDiagnosticMessage($"round {round} was disturbed");
            }
        }
    }

    static void Measure(SampleProcess sample, GoTarget target, LatencyEnds ends)
    {
        using var look = LatencyLook.Open(target, new LatencyOptions
        {
            Functions = ["main.steady", "main.mixed", "main.migrating", "main.growing", "main.recursive", "main.panicking"], Budget = 1, Ends = ends,
        });
        look.Session.Start();

        var truths = new Dictionary<string, Truth>();
        foreach (var line in new[] { "steady 1000", "mixed 300", "migrating 30", "growing 100", "recursive 20", "panicking 150" })
            truths["main." + line.Split(' ')[0]] = Truth.Parse(sample.Ask(line));
        look.Session.Stop();
        var result = look.Read();

        Assert.Equal(truths.Count, result.Functions.Count);
        Assert.Equal(1, result.Scale);
        // All are called directly; behind the inner call of the recursion other ways join, so that it has to end at its returns.
        Assert.Equal(ends == LatencyEnds.Callers ? truths.Count - 1 : 0, result.Report.Notes.Count(note => note.Contains("ends behind the calls in its callers", StringComparison.Ordinal)));
        // Nothing was lost but the calls that panicked or ended their goroutine, and those are all accounted for.
        var unfinished = truths["main.panicking"].Calls - truths["main.panicking"].Ended;
        Assert.True(unfinished > 0);
        Assert.Equal(unfinished, result.Report.Lost.Total + result.UnderWay);
        foreach (var row in result.Functions)
            truths[row.Function].Compare(row.Durations);
    }

    [Theory]
    [InlineData("1.19")]
    [InlineData("1.23")]
    [InlineData("1.24")]
    [InlineData("1.27")]
    public void Calls_ByLabel_AreToldApart(string version)
    {
        Prerequisite.Probes();
        using var sample = SampleProcess.Start(GoFixture.Build(version, GoFlavour.Stripped, "calls"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using var look = LatencyLook.Open(target, new LatencyOptions { Functions = ["main.labelled"], By = LatencyGrouping.Label, LabelKey = "route", Budget = 1 });
        look.Session.Start();
        var truth = Truth.Parse(sample.Ask("labelled 300"));
        look.Session.Stop();
        var rows = look.Read().Functions;

        Assert.Equal(["/a", "/b", "none"], rows.Select(row => row.Group ?? "none").Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal(100, row.Durations.Count));
        foreach (var (group, duration) in new (string?, double)[] { ("/a", 50_000), ("/b", 100_000), (null, 25_000) })
            Assert.InRange(rows.Single(row => row.Group == group).Durations.Quantile(0.5).Value, duration, duration * 1.2 + ProbeOverheadNs);
        Assert.Equal(truth.Ended, rows.Sum(row => row.Durations.Count));
    }

    [Fact]
    public void Calls_OfAnAssemblyFunction_ByLabel_StandUnderNone_AndThatIsSaid()
    {
        Prerequisite.Probes();
        using var sample = SampleProcess.Start(GoFixture.Build("1.27", GoFlavour.Stripped, "calls"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using var look = LatencyLook.Open(target, new LatencyOptions { Functions = ["runtime.memmove"], By = LatencyGrouping.Label, LabelKey = "route", Budget = 1, Ends = LatencyEnds.Returns });
        look.Session.Start();
        sample.Ask("labelled 30");
        look.Session.Stop();
        var result = look.Read();

        var row = Assert.Single(result.Functions);
        Assert.Null(row.Group);
        Assert.True(row.Durations.Count > 0);
        Assert.Contains(result.Report.Notes, note => note.Contains("stand under no label", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1.19")]
    [InlineData("1.27")]
    public void Calls_ByCaller_NameTheFunctionThatCalled(string version)
    {
        Prerequisite.Probes();
        using var sample = SampleProcess.Start(GoFixture.Build(version, GoFlavour.Stripped, "calls"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using var look = LatencyLook.Open(target, new LatencyOptions { Functions = ["main.recursive"], By = LatencyGrouping.Caller, Budget = 1 });
        look.Session.Start();
        sample.Ask("recursive 10");
        look.Session.Stop();

        var rows = look.Read().Functions.ToDictionary(row => row.Group!, row => row.Durations.Count);

        Assert.Equal(new Dictionary<string, long> { ["main.recursive"] = 190, ["main.runRecursive"] = 10 }, rows);
    }

    [FullRunOnly("eight seconds of calls for each version")]
    [Theory]
    [InlineData("1.19")]
    [InlineData("1.27")]
    public async Task Quantiles_At100000CallsASecond_AreEstimatedFromWindows(string version)
    {
        Prerequisite.Probes();
        using var sample = SampleProcess.Start(GoFixture.Build(version, GoFlavour.Stripped, "calls"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        var answer = Task.Run(() => sample.Ask("hot 8 100000"), TestContext.Current.CancellationToken);
        // It has begun when it burns a processor: then the first look sees its calls.
        while (System.Diagnostics.Process.GetProcessById(sample.Pid).TotalProcessorTime < TimeSpan.FromMilliseconds(300))
            await Task.Delay(20, TestContext.Current.CancellationToken);
        using var look = LatencyLook.Open(target, new LatencyOptions { Functions = ["main.hot"], Budget = 0.05 });
        await look.Session.Run(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(1), static () => { }, TestContext.Current.CancellationToken);
        var result = look.Read();
        var own = (await answer).Split(' ').Skip(4).Select(pair => pair.Split('=')).ToDictionary(
            pair => double.Parse(pair[0], CultureInfo.InvariantCulture), pair => double.Parse(pair[1], CultureInfo.InvariantCulture));

        var hot = Assert.Single(result.Functions).Durations;
        // On a machine so busy that the probes take most of what the target gets, the rate without them is not known, and nothing is scaled: then the reason is said.
        Assert.True(result.Scale > 1 || result.Report.Coverage.RelativeError is { IsKnown: false, Reason.Length: > 0 }, $"scale {result.Scale}");
        Assert.Contains(result.Report.Notes, note => note.Contains("ends behind the calls in its callers", StringComparison.Ordinal));
        Assert.Contains(result.Report.Notes, note => note.StartsWith("A first look of 0.", StringComparison.Ordinal));
        Assert.True(hot.Count > 1_000);
        foreach (var (share, value) in own)
        {
            if (share < 0.99)
                Assert.InRange(hot.Quantile(share).Value, value * (1 - 2 * LogLinearHistogram.RelativeError), value * (1 + 2 * LogLinearHistogram.RelativeError) + ProbeOverheadNs);
        }
        Assert.InRange(result.Report.Cost.TargetShare.Value, 0.001, 0.15);
        Assert.Contains(result.Report.Notes, note => note.Contains("budget", StringComparison.Ordinal));
    }

    [Fact]
    public void Open_OfFunctionsThatCannotBeMeasured_SaysWhy()
    {
        Prerequisite.Probes();
        using var sample = SampleProcess.Start(GoFixture.Build("1.27", GoFlavour.Stripped, "calls"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));

        var none = Assert.Throws<InstrumentUnavailableException>(() => Open(target, "main.noSuchFunction", "main.spin"));
        Assert.Contains("main.noSuchFunction: not in this binary", none.Message, StringComparison.Ordinal);
        Assert.Contains("main.spin: inlined everywhere", none.Message, StringComparison.Ordinal);

        // One of two is measured, the other is absent, not zero.
        using var look = Open(target, "main.noSuchFunction", "main.steady");
        Assert.Equal(["main.steady"], look.Functions);
        Assert.Equal("main.noSuchFunction", Assert.Single(look.Session.Absent).Function);
    }

    static LatencyLook Open(GoTarget target, params string[] functions) => LatencyLook.Open(target, new LatencyOptions { Functions = functions, Budget = 1 });

    sealed class DisturbedException(string message) : Exception(message);

    /// <summary>One answer of the sample.</summary>
    sealed record Truth(long Calls, long Ended, long[] Durations)
    {
        public static Truth Parse(string answer)
        {
            var words = answer.Split(' ');
            return new Truth(long.Parse(words[1], CultureInfo.InvariantCulture), long.Parse(words[2], CultureInfo.InvariantCulture),
                [.. words[3..].Select(word => long.Parse(word, CultureInfo.InvariantCulture))]);
        }

        /// <summary>
        /// Each quantile lies within the histogram's error and the probes' overhead of the function's own. A call that was interrupted between the
        /// function's own clock and the probe is longer for the probe alone: that may shift a rank by as many calls as <see cref="Disturbed"/> says.
        /// </summary>
        public void Compare(LogLinearHistogram seen)
        {
            Assert.Equal(Ended, seen.Count);
            foreach (var share in new[] { 0.5, 0.9, 0.95, 0.99 })
            {
                var value = seen.Quantile(share).Value;
                var least = Own(share - Disturbed) * (1 - LogLinearHistogram.RelativeError);
                var most = share + Disturbed < 1 ? Own(share + Disturbed) * (1 + LogLinearHistogram.RelativeError) + ProbeOverheadNs : double.PositiveInfinity;
                if (value < least || value > most)
                    throw new DisturbedException($"P{share * 100} is {value}, not within {least} to {most}");
            }
            Assert.InRange(seen.Max, Durations[^1], double.PositiveInfinity);
            Assert.InRange(seen.Sum, Durations.Sum(), double.PositiveInfinity);
        }

        long Own(double share) => Durations[Math.Max(0, (int)Math.Ceiling(share * Ended) - 1)];
    }
}
