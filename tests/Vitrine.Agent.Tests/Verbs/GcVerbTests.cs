using System.Text.Json;
using Vitrine.Agent.Tests.Timelines;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary><c>vitrine gc</c> as a user types it; its figures are compared with the runtime's beside the watcher.</summary>
public sealed class GcVerbTests
{
    [Fact]
    public void Gc_WhileItCollects_HasDocumentAndTimelines()
    {
        Prerequisite.Probes();
        using var sample = CollectorTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "collector"));
        sample.Do("live 8");
        var folder = Directory.CreateTempSubdirectory("vitrine-gc-").FullName;
        try
        {
            string page = Path.Combine(folder, "gc.html"), trace = Path.Combine(folder, "gc.json");
            var run = Task.Run(() => VitrineProgram.Run("gc", sample.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture), "-d", "3s", "--budget", "50%", "--format", "json", "--timeline", page, "--timeline", trace));
            while (!run.IsCompleted)
            {
                sample.Do("heap 1");
                sample.Do("force 1");
                sample.Do("memstats 1");
                Thread.Sleep(20);
            }
            var result = run.Result;
            Assert.True(result.ExitCode == 0, result.Errors);
            Document(result.Json, sample.Report());

            using var document = JsonDocument.Parse(File.ReadAllBytes(trace));
            ChromeTraceCheck.Valid(document.RootElement);
            Assert.Contains(document.RootElement.GetProperty("traceEvents").EnumerateArray(), one => one.GetProperty("name").GetString() == "GC mark termination");
            Assert.Contains("Garbage collector of collector", File.ReadAllText(page), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Gc_Text_TellsTablesAndCost()
    {
        Prerequisite.Probes();
        using var sample = CollectorTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "collector"));
        var result = VitrineProgram.Run("gc", sample.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture), "-d", "300ms");

        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("no collection has ended", result.Output, StringComparison.Ordinal);
        Assert.Matches("cost +0 probe hits", result.Output);
        Assert.Contains("lost    nothing", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Gc_TimelineOfAnotherKind_IsRefusedBeforeItWatches()
    {
        var result = VitrineProgram.Run("gc", "1", "--timeline", "gc.svg");

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(".html", result.Errors, StringComparison.Ordinal);
    }

    static void Document(JsonElement root, CollectorAccount told)
    {
        Assert.Equal("vitrine.gc/1", root.GetProperty("schema").GetString());
        Assert.Equal("{}", root.GetProperty("lostByReason").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(0, root.GetProperty("lost").GetInt64());
        Assert.True(root.GetProperty("cost").GetProperty("hits").GetInt64() > 0);
        var cycles = root.GetProperty("cycles").EnumerateArray().ToList();
        Assert.True(cycles.Count > 3);
        var oldest = told.NumGC - told.Pauses.Count;
        var first = cycles[0].GetProperty("number").GetInt64();
        Assert.Equal(Enumerable.Range((int)first, cycles.Count).Select(number => (long)number), cycles.Select(cycle => cycle.GetProperty("number").GetInt64()));
        foreach (var cycle in cycles.Where(cycle => cycle.GetProperty("number").GetInt64() > oldest))
        {
            var sum = cycle.GetProperty("sweepTerminationPauseNs").GetInt64() + cycle.GetProperty("markTerminationPauseNs").GetInt64();
            Assert.Equal(told.Pauses[(int)(cycle.GetProperty("number").GetInt64() - oldest - 1)], sum);
            foreach (var name in (string[])["startedAt", "assistNs", "heapBeforeBytes", "heapAfterBytes", "goalBytes"])
                Assert.NotEqual(JsonValueKind.Null, cycle.GetProperty(name).ValueKind);
        }
        Assert.Contains(cycles, cycle => cycle.GetProperty("trigger").GetString() == "heap");
        Assert.Contains(cycles, cycle => cycle.GetProperty("trigger").GetString() == "runtime.GC()");
        var stops = root.GetProperty("stops").EnumerateArray().ToList();
        Assert.All(stops, stop => Assert.True(stop.GetProperty("durationNs").GetInt64() > 0));
        Assert.Contains(stops, stop => stop.GetProperty("reason").GetString() == "GC sweep termination"
            && stop.GetProperty("frames").EnumerateArray().Any(frame => frame.GetProperty("function").GetString() == "main.force"));
        Assert.Contains(stops, stop => stop.GetProperty("reason").GetString() == "read mem stats"
            && stop.GetProperty("frames").EnumerateArray().Any(frame => frame.GetProperty("function").GetString() == "main.readMemStats"));
    }
}
