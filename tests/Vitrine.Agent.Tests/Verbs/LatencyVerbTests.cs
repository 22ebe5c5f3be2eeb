using System.Globalization;
using System.Text.Json;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary><c>vitrine latency</c> as a user types it; its figures are tested beside the instrument.</summary>
public sealed class LatencyVerbTests : IDisposable
{
    readonly SampleProcess sample = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "calls"));

    string Pid => sample.Pid.ToString(CultureInfo.InvariantCulture);

    [Fact]
    public void Latency_AsJson_HasTheFieldsOfTheSchema()
    {
        Prerequisite.Probes();
        var result = WhileItWorks("latency", Pid, "main.steady", "main.mix*", "main.spin", "-d", "3s", "--format", "json", "--budget", "100%");
        Assert.True(result.ExitCode == 0, result.Errors);
        var root = result.Json;

        Assert.Equal("vitrine.latency/1", root.GetProperty("schema").GetString());
        var steady = root.GetProperty("functions").EnumerateArray().Single(row => row.GetProperty("function").GetString() == "main.steady");
        Assert.True(steady.GetProperty("count").GetInt64() > 100);
        Assert.InRange(steady.GetProperty("p50Ns").GetInt64(), 19_000, 30_000);
        foreach (var (less, more) in new[] { ("p50Ns", "p90Ns"), ("p90Ns", "p95Ns"), ("p95Ns", "p99Ns"), ("p99Ns", "p999Ns"), ("p999Ns", "maxNs") })
            Assert.True(steady.GetProperty(less).GetInt64() <= steady.GetProperty(more).GetInt64());
        Assert.Equal(steady.GetProperty("observed").GetInt64(), steady.GetProperty("buckets").EnumerateArray().Sum(pair => pair[1].GetInt64()));
        // A function of the glob that was not called has no quantiles.
        var mixed = root.GetProperty("functions").EnumerateArray().Single(row => row.GetProperty("function").GetString() == "main.mixed");
        Assert.Equal(JsonValueKind.Null, mixed.GetProperty("p50Ns").ValueKind);
        Assert.Equal("main.spin", root.GetProperty("absent")[0].GetProperty("function").GetString());
        Assert.True(root.GetProperty("cost").GetProperty("hits").GetInt64() >= 2 * steady.GetProperty("observed").GetInt64());
        Assert.Equal(JsonValueKind.Number, root.GetProperty("lost").ValueKind);
    }

    [Theory]
    [InlineData("prometheus", "go_function_duration_seconds_count{process=\"calls\",pid=\"")]
    [InlineData("otlp", "\"exponentialHistogram\"")]
    [InlineData("text", "main.steady")]
    public void Latency_InEveryFormat_ShowsTheFunction(string format, string expected)
    {
        Prerequisite.Probes();
        var result = WhileItWorks("latency", Pid, "main.steady", "-d", "1s", "--format", format, "--by", "caller");

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
        Assert.Contains("main.runSteady", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Latency_OfNothingThatCanBeMeasured_SaysWhyAndWhatToDo()
    {
        Prerequisite.Probes();
        var result = VitrineProgram.Run("latency", Pid, "main.noSuchFunction", "nobody.*", "-d", "1s");

        Assert.Equal(ExitCode.Unavailable, result.ExitCode);
        Assert.Contains("main.noSuchFunction: not in this binary; nobody.*: matches no function of this binary", result.Errors, StringComparison.Ordinal);
        Assert.Contains($"next: vitrine record {Pid} cpu", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name at least one function")]
    [InlineData("'--by nonsense' is not understood", "main.steady", "--by", "nonsense")]
    [InlineData("matches more than 64 functions", "runtime.*")]
    [InlineData("no valid regular expression", "/(/")]
    public void Latency_TypedWrongly_SaysHowToWriteIt(string expected, params string[] words)
    {
        var result = VitrineProgram.Run(["latency", Pid, .. words]);

        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
    }

    ProgramResult WhileItWorks(params string[] arguments)
    {
        using var end = new CancellationTokenSource();
        var working = Task.Run(() =>
        {
            while (!end.IsCancellationRequested) sample.Ask("steady 500");
        });
        try
        {
            return VitrineProgram.Run(arguments);
        }
        finally
        {
            end.Cancel();
            working.Wait();
        }
    }

    public void Dispose() => sample.Dispose();
}
