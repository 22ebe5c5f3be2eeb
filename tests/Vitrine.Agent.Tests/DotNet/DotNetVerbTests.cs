using System.Globalization;
using System.Text.Json;
using Vitrine.Agent.Tests.Verbs;
using Vitrine.AspNetCore.Tests.Samples;
using Vitrine.DotNet.Tests;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.DotNet;

/// <summary>The verbs on a .NET process, compared with what the process says of itself.</summary>
[Collection(nameof(Alone))]
public sealed class DotNetVerbTests
{
    const int Allocated = 3, Thrown = 6;

    static string Pid(SteadySample sample) => sample.Pid.ToString(CultureInfo.InvariantCulture);

    static double Number(JsonElement document, string section, string name) => document.GetProperty(section).GetProperty(name).GetDouble();

    [Fact]
    public void Ps_DotNetProcess_ShowsVersionAssemblyAndPort()
    {
        using var open = new SteadySample();
        using var closed = new SteadySample(new Dictionary<string, string> { ["DOTNET_EnableDiagnostics_IPC"] = "0", ["DOTNET_gcServer"] = "1" });

        var rows = VitrineProgram.Run("ps", "--format", "json").Json.GetProperty("processes").EnumerateArray().ToDictionary(static row => row.GetProperty("pid").GetInt32());

        Assert.Equal("dotnet", rows[open.Pid].GetProperty("runtime").GetString());
        Assert.Equal($".NET {Environment.Version}", rows[open.Pid].GetProperty("runtimeVersion").GetString());
        Assert.Equal("steady", rows[open.Pid].GetProperty("module").GetString());
        Assert.True(rows[open.Pid].GetProperty("diagnosticPort").GetBoolean());
        Assert.Equal("workstation", rows[open.Pid].GetProperty("gcMode").GetString());
        Assert.False(rows[closed.Pid].GetProperty("diagnosticPort").GetBoolean());
        Assert.Contains("DOTNET_EnableDiagnostics_IPC=0", rows[closed.Pid].GetProperty("diagnosticPortClosed").GetString(), StringComparison.Ordinal);
        Assert.Equal("server", rows[closed.Pid].GetProperty("gcMode").GetString());
    }

    [Fact]
    public void Mem_FiguresOfTheRuntime_AreThoseThatItHasItself()
    {
        using var sample = new SteadySample("throw");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var before = sample.Ask("gc");

        var json = VitrineProgram.Run("mem", Pid(sample), "--format", "json").Json;

        var after = sample.Ask();
        var seconds = clock.Elapsed.TotalSeconds;
        Assert.Equal("vitrine.mem/1", json.GetProperty("schema").GetString());
        Assert.Equal("dotnet", json.GetProperty("target").GetProperty("runtime").GetString());
        // One half second of a program that does the same all the time, against the mean over the whole run of vitrine: the machine may be busy with other things in either.
        Assert.InRange(Number(json, "dotnet", "allocatedBytesPerSecond"), (after[Allocated] - before[Allocated]) / seconds / 3, (after[Allocated] - before[Allocated]) / seconds * 3);
        Assert.InRange(Number(json, "dotnet", "exceptionsPerSecond"), (after[Thrown] - before[Thrown]) / seconds / 3, (after[Thrown] - before[Thrown]) / seconds * 3);
        Assert.InRange(Number(json, "dotnet", "committedBytes"), 1e5, 2e9);
        Assert.InRange(Number(json, "dotnet", "heapBytes"), 1e4, 2e9);
        Assert.InRange(Number(json, "dotnet", "residentBytes"), 1e7, 1e10);
        Assert.Equal(LinuxProcess.Open(sample.Pid).Threads().Count, Number(json, "dotnet", "threads"), 3.0);
        Assert.Empty(json.GetProperty("unknown").EnumerateObject());
        Assert.Contains("gc-heap-size", json.GetProperty("obtained").GetProperty("heapBytes").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Mem_PortSwitchedOff_KernelsFiguresAndTheReason()
    {
        using var sample = new SteadySample(new Dictionary<string, string> { ["DOTNET_EnableDiagnostics_IPC"] = "0" });

        var json = VitrineProgram.Run("mem", Pid(sample), "--format", "json").Json;

        Assert.Equal(JsonValueKind.Null, json.GetProperty("dotnet").GetProperty("heapBytes").ValueKind);
        Assert.Contains("switched off", json.GetProperty("unknown").GetProperty("heapBytes").GetString(), StringComparison.Ordinal);
        Assert.InRange(Number(json, "dotnet", "residentBytes"), 1e7, 1e10);
    }

    [Fact]
    public void Top_NoTerminal_PrintsCountersAndThreads()
    {
        using var sample = new SteadySample("throw");

        var result = VitrineProgram.Run("top", Pid(sample), "--every", "1s", "-d", "1s");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(2, result.Output.Split('\n').Count(static line => line.StartsWith("collections ", StringComparison.Ordinal)));
        Assert.Contains(".NET Finalizer", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("unknown", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Dump_DotNetProcess_ShowsThreadsWithManagedFrames()
    {
        using var sample = new SteadySample("lock");

        var text = VitrineProgram.Run("dump", Pid(sample));
        var json = VitrineProgram.Run("dump", Pid(sample), "--format", "json").Json;

        Assert.Contains("Steady.Program.Main", text.Output, StringComparison.Ordinal);
        Assert.Contains("Program.cs:", text.Output, StringComparison.Ordinal);
        Assert.Equal("vitrine.threads/1", json.GetProperty("schema").GetString());
        Assert.Equal(LinuxProcess.Open(sample.Pid).Threads().Count, json.GetProperty("threads").GetArrayLength(), 3.0);
        Assert.Contains(json.GetProperty("threads").EnumerateArray(), static thread => thread.GetProperty("frames").EnumerateArray().Any(static frame => frame.GetProperty("function").GetString() == "Steady.Program.Main"));
        var go = VitrineProgram.Run("dump", Pid(sample), "--format", "go");
        Assert.Equal(ExitCode.Usage, go.ExitCode);
    }

    [Fact]
    public void Record_Exceptions_CountsWhatTheProgramCounted()
    {
        using var sample = new SteadySample("throw");
        var file = Path.Combine(Path.GetTempPath(), $"vitrine-test-{Guid.NewGuid():N}.pb.gz");
        try
        {
            var before = sample.Ask();
            var result = VitrineProgram.Run("record", Pid(sample), "exceptions", "-d", "2s", "-o", file);
            var after = sample.Ask();

            Assert.Equal(0, result.ExitCode);
            using var stream = File.OpenRead(file);
            var profile = ProfileReader.Read(stream);
            long total = 0;
            foreach (var one in profile.Samples)
                total += one.Values[0];
            Assert.InRange(total, 20, after[Thrown] - before[Thrown]);
            Assert.Contains(profile.Functions, static function => function.Name == "Steady.Program.ThrowAndCatch" && function.FileName.EndsWith("Program.cs", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Record_Trace_IsAFileOfEvents()
    {
        using var sample = new SteadySample("throw");
        var file = Path.Combine(Path.GetTempPath(), $"vitrine-test-{Guid.NewGuid():N}.nettrace");
        try
        {
            Assert.Equal(0, VitrineProgram.Run("record", Pid(sample), "trace", "-d", "1s", "-o", file).ExitCode);
            Assert.Equal("Nettrace"u8, File.ReadAllBytes(file).AsSpan(0, 8));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Record_TraceAgainAndAgain_IsNumberedFilesOfEvents()
    {
        using var sample = new SteadySample("throw");
        var folder = Directory.CreateTempSubdirectory("vitrine-test-");
        try
        {
            var result = VitrineProgram.Run("record", Pid(sample), "trace", "--every", "1s", "-d", "2s", "-o", Path.Combine(folder.FullName, "trace.nettrace"));

            Assert.True(result.ExitCode == 0, result.Errors);
            var files = folder.GetFiles().Select(static file => file.Name).Order(StringComparer.Ordinal).ToList();
            // The end of a recording takes time too: two seconds are two files on a quick machine.
            Assert.InRange(files.Count, 1, 2);
            Assert.Equal("trace-0001.nettrace", files[0]);
            Assert.All(folder.GetFiles(), static file => Assert.Equal("Nettrace"u8, File.ReadAllBytes(file.FullName).AsSpan(0, 8)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Record_ProfileOfGoOnly_SaysWhatThereIs()
    {
        using var sample = new SteadySample();

        var result = VitrineProgram.Run("record", Pid(sample), "offcpu", "-o", "never.pb.gz");

        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("'offcpu' is recorded of Go processes", result.Errors, StringComparison.Ordinal);
        Assert.Contains("exceptions", result.Errors, StringComparison.Ordinal);
    }

    [FullRunOnly("eleven seconds of leaking")]
    [Fact]
    public void Leaks_ThreadsThatStay_AreSuspected()
    {
        using var sample = new SteadySample("threads");
        using var calm = new SteadySample();

        var grows = VitrineProgram.Run("leaks", Pid(sample), "-d", "6s", "--every", "1s", "--quiet", "--format", "json").Json;
        var stays = VitrineProgram.Run("leaks", Pid(calm), "-d", "5s", "--every", "1s", "--quiet", "--format", "json").Json;

        Assert.Equal("suspect", Finding(grows, "threads").GetProperty("verdict").GetString());
        // Two a second fewer on a machine that is busy, never more than five.
        Assert.InRange(Finding(grows, "threads").GetProperty("growthPerSecond").GetDouble(), 1, 5.5);
        Assert.Equal("none", Finding(stays, "threads").GetProperty("verdict").GetString());
        Assert.Contains("full collection", Finding(stays, "heap").GetProperty("evidence")[0].GetProperty("statement").GetString(), StringComparison.Ordinal);
    }

    [FullRunOnly("ten seconds of leaking")]
    [Fact]
    public void Leaks_MemoryThatSurvivesFullCollections_IsSuspected()
    {
        using var sample = new SteadySample("leak");
        var isOver = false;
        var collecting = Task.Run(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                sample.Ask("gc");
                Thread.Sleep(500);
            }
        });

        var result = VitrineProgram.Run("leaks", Pid(sample), "-d", "10s", "--every", "1s", "--quiet", "--exit-code", "--format", "json");
        Volatile.Write(ref isOver, true);
        collecting.Wait();
        var json = result.Json;

        // Who keeps it: all of it stays behind each collection of the whole heap, and the machine's memory ends within a day.
        var place = Finding(json, "place");
        Assert.StartsWith("Steady.Program.Remember keeps more and more", place.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Equal("leak", place.GetProperty("verdict").GetString());
        Assert.Equal(ExitCode.LeakFound, result.ExitCode);
        Assert.InRange(place.GetProperty("growthPerSecond").GetDouble(), 1e6, 6e6);
        Assert.NotEmpty(json.GetProperty("cost").EnumerateArray());

        var heap = Finding(json, "heap");
        Assert.Equal("suspect", heap.GetProperty("verdict").GetString());
        // 5 MB a second, less on a machine that is busy.
        Assert.InRange(heap.GetProperty("growthPerSecond").GetDouble(), 1e6, 6e6);
        Assert.NotEmpty(heap.GetProperty("unknowns").EnumerateArray());
    }

    [Fact]
    public void Leaks_CountersOnly_AsksTheRuntimeForNoReports()
    {
        using var sample = new SteadySample("leak");

        var json = VitrineProgram.Run("leaks", Pid(sample), "-d", "2s", "--every", "1s", "--quiet", "--counters-only", "--format", "json").Json;

        Assert.Equal(["heap", "threads"], json.GetProperty("findings").EnumerateArray().Select(static one => one.GetProperty("subject").GetString()));
        Assert.Empty(json.GetProperty("cost").EnumerateArray());
    }

    /// <summary>The sample with both faults: who keeps memory, and what the pool's workers wait for, are named.</summary>
    [FullRunOnly("fifteen seconds of leaking")]
    [Fact]
    public async Task Leaks_FaultySample_NamesTheCacheAndTheStarvation()
    {
        using var service = new SampleService("faulty", "--urls", "http://127.0.0.1:0");
        await service.Switch("cache-leak", on: true);
        // Collections come from allocating: the cache alone makes few.
        await service.Switch("allocation-storm", on: true);
        await service.Switch("starvation", on: true);

        var json = VitrineProgram.Run("leaks", service.Pid.ToString(CultureInfo.InvariantCulture), "-d", "15s", "--every", "1s", "--quiet", "--format", "json").Json;

        var pool = Finding(json, "pool");
        Assert.Equal("fault", pool.GetProperty("verdict").GetString());
        Assert.Contains(pool.GetProperty("evidence").EnumerateArray(), static one => one.GetProperty("statement").GetString()!.Contains("Faulty.Faults.Starvation.AskPartner", StringComparison.Ordinal));
        var places = json.GetProperty("findings").EnumerateArray().Where(static one => one.GetProperty("subject").GetString() == "place").ToList();
        Assert.Contains(places, static one => one.GetProperty("title").GetString()!.StartsWith("Faulty.Faults.CacheLeak.Remember keeps more and more", StringComparison.Ordinal) && one.GetProperty("verdict").GetString() != "none");
    }

    static JsonElement Finding(JsonElement document, string subject) => document.GetProperty("findings").EnumerateArray().Single(one => one.GetProperty("subject").GetString() == subject);

    [Theory]
    [InlineData("sched")]
    [InlineData("waits")]
    [InlineData("gc")]
    public void VerbOfGo_DotNetProcess_SaysSo(string verb)
    {
        using var sample = new SteadySample();

        var result = VitrineProgram.Run(verb, Pid(sample));

        Assert.Equal(ExitCode.Unavailable, result.ExitCode);
        Assert.Contains("is a .NET process", result.Errors, StringComparison.Ordinal);
    }
}
