using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary>Every verb on a live service, as a user types it.</summary>
public sealed class VerbTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    static ProgramResult Succeed(params string[] arguments)
    {
        var result = VitrineProgram.Run(arguments);
        Assert.True(result.ExitCode == 0, $"vitrine {string.Join(' ', arguments)}: exit code {result.ExitCode}: {result.Errors}");
        return result;
    }

    static string TempFile(string ending) => Path.Combine(Path.GetTempPath(), $"vitrine-test-{Guid.NewGuid():N}{ending}");

    [Fact]
    public void Ps_Json_ListsTheServiceWithVersionPortAndGoroutines()
    {
        var rows = Succeed("ps", "--format", "json").Json.GetProperty("processes");
        var row = rows.EnumerateArray().Single(process => process.GetProperty("pid").GetInt32() == service.Process.Pid);
        Assert.Equal("go", row.GetProperty("runtime").GetString());
        Assert.StartsWith($"go{GoToolchain.Newest}", row.GetProperty("runtimeVersion").GetString(), StringComparison.Ordinal);
        Assert.Contains(service.Address, row.GetProperty("listening").EnumerateArray().Select(address => address.GetString()));
        Assert.InRange(row.GetProperty("goroutines").GetInt32(), 5, 100_000);
        Assert.Equal(JsonValueKind.Null, row.GetProperty("tracerPid").ValueKind);
    }

    [Fact]
    public void Ps_Text_ShowsThisTestAsADotNetProcess() =>
        Assert.Contains(Succeed("ps").Output.Split('\n'), line => line.Contains($"{Environment.ProcessId} ", StringComparison.Ordinal) && line.Contains(".NET", StringComparison.Ordinal));

    [Fact]
    public void Dump_ByPidByNameAndByListener_FindsTheSameProcess()
    {
        foreach (var how in (string[][])[[service.Pid], ["--listen", service.Address]])
            Assert.Equal(service.Process.Pid, Succeed(["dump", .. how, "--format", "json"]).Json.GetProperty("target").GetProperty("pid").GetInt32());
    }

    [Fact]
    public void Dump_Json_HasWhatTheSchemaPromises()
    {
        var dump = Succeed("dump", service.Pid, "--format", "json").Json;
        Assert.Equal("vitrine.dump/1", dump.GetProperty("schema").GetString());
        foreach (var field in (string[])["target", "capturedAt", "durationMs", "consistency", "goroutines"])
            Assert.True(dump.TryGetProperty(field, out _), field);
        foreach (var field in (string[])["total", "accepted", "retried", "torn", "running", "skewMs"])
            Assert.True(dump.GetProperty("consistency").TryGetProperty(field, out _), field);
        foreach (var goroutine in dump.GetProperty("goroutines").EnumerateArray())
        {
            foreach (var field in (string[])["id", "state", "waitReason", "blockedAtLeastNs", "createdBy", "parentId", "labels", "thread", "waitingOn", "frames"])
                Assert.True(goroutine.TryGetProperty(field, out _), field);
            foreach (var frame in goroutine.GetProperty("frames").EnumerateArray())
                Assert.False(string.IsNullOrEmpty(frame.GetProperty("function").GetString()));
        }
        var leaked = dump.GetProperty("goroutines").EnumerateArray().First(goroutine => goroutine.GetProperty("frames").EnumerateArray().Any(frame => frame.GetProperty("function").GetString() == "main.fetchQuote"));
        Assert.Equal("chan send", leaked.GetProperty("waitReason").GetString());
        Assert.Equal("main.quote", leaked.GetProperty("createdBy").GetProperty("function").GetString());
        Assert.Equal("channel", leaked.GetProperty("waitingOn").GetProperty("kind").GetString());
        Assert.Equal("int", leaked.GetProperty("waitingOn").GetProperty("elementType").GetString());
    }

    [Theory]
    [InlineData("text", "main.fetchQuote")]
    [InlineData("go", "goroutine 1 [")]
    [InlineData("folded", "main.fetchQuote;")]
    public void Dump_OtherFormats_HaveTheLeakedStack(string format, string expected) => Assert.Contains(expected, Succeed("dump", service.Pid, "--format", format).Output, StringComparison.Ordinal);

    [Fact]
    public void Dump_Where_ShowsOnlyWhatMatches()
    {
        var output = Succeed("dump", service.Pid, "--where", "main.fetchQuote", "--format", "json").Json.GetProperty("goroutines");
        Assert.NotEmpty(output.EnumerateArray());
        Assert.All(output.EnumerateArray(), goroutine => Assert.Contains("fetchQuote", goroutine.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Dump_Diff_ShowsTheGroupThatGrew()
    {
        var before = TempFile(".json");
        try
        {
            Succeed("dump", service.Pid, "--format", "json", "-o", before);
            // The service leaks several goroutines a second: wait until there are more than there were.
            var had = CountLeaked();
            for (var tries = 0; CountLeaked() <= had; tries++)
                Assert.True(tries < 60, "the sample service does not leak any more");
            var diff = Succeed("dump", service.Pid, "--diff", before).Output;
            Assert.Contains("main.fetchQuote", diff, StringComparison.Ordinal);
            Assert.Matches(@"\+\d+ \[chan send\]", diff);
        }
        finally
        {
            File.Delete(before);
        }
    }

    int CountLeaked() => Succeed("dump", service.Pid, "--where", "main.fetchQuote", "--format", "json").Json.GetProperty("goroutines").GetArrayLength();

    [Fact]
    public void Mem_Json_UsesTheFieldNamesOfMemStats()
    {
        var document = Succeed("mem", service.Pid, "--format", "json").Json;
        var mem = document.GetProperty("memStats");
        foreach (var field in (string[])["Alloc", "TotalAlloc", "Sys", "Mallocs", "Frees", "HeapAlloc", "HeapInuse", "NextGC", "NumGC", "PauseNs", "BySize", "NumGoroutine", "GOMAXPROCS"])
            Assert.True(mem.TryGetProperty(field, out _), field);
        Assert.Empty(document.GetProperty("unknown").EnumerateObject());
        Assert.InRange(mem.GetProperty("HeapAlloc").GetInt64(), 1, 1L << 34);
        Assert.Equal(256, mem.GetProperty("PauseNs").GetArrayLength());
    }

    [Fact]
    public void Sched_SchedTrace_LooksLikeGo() =>
        Assert.Matches(@"^SCHED \d+ms: gomaxprocs=\d+ idleprocs=\d+ threads=\d+ spinningthreads=\d+ needspinning=\d idlethreads=\d+ runqueue=\d+ \[ ?\d+( \d+)* ?\]", Succeed("sched", service.Pid, "--format", "schedtrace").Output);

    [Theory]
    [InlineData(".pb.gz")]
    [InlineData(".svg")]
    [InlineData(".html")]
    [InlineData(".folded")]
    [InlineData(".speedscope.json")]
    public void Record_Heap_WritesEveryFormat(string ending)
    {
        var file = TempFile(ending);
        try
        {
            Succeed("record", service.Pid, "heap", "-o", file);
            Assert.True(new FileInfo(file).Length > 100);
            Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(file)!, $"{Path.GetFileName(file)}?*.tmp"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Record_OffCpu_SaysHowLongGoroutinesWaitAndHowSureThatIs()
    {
        var file = TempFile(".folded");
        try
        {
            var result = Succeed("record", service.Pid, "offcpu", "-d", "400ms", "-o", file);
            Assert.Contains("by reason:", result.Errors, StringComparison.Ordinal);
            Assert.Contains(" ± ", result.Errors, StringComparison.Ordinal);
            Assert.Contains("0 lost", result.Errors, StringComparison.Ordinal);
            Assert.Contains("main.fetchQuote", File.ReadAllText(file), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Record_Cpu_SaysWhatItCostAndLost()
    {
        Prerequisite.Root();
        var file = TempFile(".pb.gz");
        try
        {
            var result = Succeed("record", service.Pid, "profile", "-d", "500ms", "--rate", "199", "-o", file);
            Assert.Contains("s of processor time in", result.Errors, StringComparison.Ordinal);
            Assert.Contains("0 lost", result.Errors, StringComparison.Ordinal);
            Assert.Contains("of one core", result.Errors, StringComparison.Ordinal);
            Assert.Contains("cpu", Succeed("profile", "show", file).Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Record_OptionOfAnotherProfile_IsRefused()
    {
        var result = VitrineProgram.Run("record", service.Pid, "heap", "--rate", "10");
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("--rate goes with cpu and offcpu", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_Every_WritesNumberedFilesThatMerge()
    {
        var folder = Directory.CreateTempSubdirectory("vitrine-series-").FullName;
        try
        {
            Succeed("record", "--listen", service.Address, "goroutine", "-o", Path.Combine(folder, "g.pb.gz"), "--every", "300ms", "-d", "1s");
            var files = Directory.GetFiles(folder).Order().ToArray();
            Assert.InRange(files.Length, 2, 4);
            Assert.EndsWith("g-0001.pb.gz", files[0], StringComparison.Ordinal);
            var merged = Path.Combine(folder, "merged.pb.gz");
            Succeed(["profile", "merge", .. files, "-o", merged]);
            Assert.Contains("main.fetchQuote", Succeed("profile", "show", merged, "-n", "0").Output, StringComparison.Ordinal);
            Assert.Contains("main.fetchQuote", Succeed("profile", "diff", files[0], merged, "-n", "0").Output, StringComparison.Ordinal);
            var page = Path.Combine(folder, "diff.html");
            Succeed("profile", "diff", files[0], merged, "-o", page);
            Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(page), StringComparison.Ordinal);
            var folded = Path.Combine(folder, "g.folded");
            Succeed("profile", "convert", files[0], "-o", folded, "--focus", "fetchQuote");
            Assert.All(File.ReadAllLines(folded), line => Assert.Contains("fetchQuote", line, StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Record_MutexThatIsOff_SaysThatItIsOffAndWritesNothing()
    {
        var file = TempFile(".pb.gz");
        var result = VitrineProgram.Run("record", service.Pid, "mutex", "-o", file);
        Assert.Equal(ExitCode.Unavailable, result.ExitCode);
        Assert.Contains("off", result.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void Record_FolderThatIsNotThere_LeavesNothingBehind()
    {
        var result = VitrineProgram.Run("record", service.Pid, "heap", "-o", "/no/such/folder/heap.pb.gz");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("/no/such/folder", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Leaks_FaultyService_NamesTheLeakAndExitsWithItsCode()
    {
        var result = VitrineProgram.Run("leaks", service.Pid, "-d", "6s", "--every", "600ms", "--exit-code", "--format", "json");
        Assert.Equal(ExitCode.LeakFound, result.ExitCode);
        var leak = Assert.Single(result.Json.GetProperty("groups").EnumerateArray(), group => group.GetProperty("verdict").GetString() == "leak");
        Assert.Equal("main.quote", leak.GetProperty("createdBy").GetProperty("function").GetString());
        Assert.Equal("main.fetchQuote", leak.GetProperty("blockedAt").GetProperty("function").GetString());
        Assert.NotEmpty(leak.GetProperty("evidence").EnumerateArray());
    }

    [Fact]
    public void Top_NotATerminal_PrintsATablePerLook()
    {
        var output = Succeed("top", service.Pid, "--every", "200ms", "-d", "500ms").Output;
        Assert.InRange(output.Split("faulty (pid ").Length - 1, 2, 4);
        Assert.DoesNotContain('\e', output);
    }

    [Fact]
    public void Completion_Suggest_KnowsVerbsAndOptions()
    {
        Assert.Contains("leaks", Succeed("[suggest:10]", "vitrine le").Output, StringComparison.Ordinal);
        foreach (var shell in (string[])["bash", "zsh", "fish"])
            Assert.Contains("suggest", Succeed("completion", shell).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_EveryVerb_HasAnExample()
    {
        foreach (var verb in (string[])["ps", "dump", "leaks", "top", "mem", "sched", "record"])
            Assert.Contains($"vitrine {verb}", Succeed(verb, "--help").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Leaks_TargetKilledWhileWatched_SaysThatItIsGone()
    {
        using var victim = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "crowds"), "steady");
        var watching = Task.Run(() => VitrineProgram.Run("leaks", victim.Pid.ToString(CultureInfo.InvariantCulture), "-d", "60s", "--every", "100ms"), TestContext.Current.CancellationToken);
        // It is being watched as soon as vitrine has its memory file open; killing it at any other time would test less, not more.
        var bound = Stopwatch.StartNew();
        while (!IsWatched(victim.Pid) && !watching.IsCompleted && bound.Elapsed < TimeSpan.FromSeconds(30))
            Thread.Sleep(20);
        victim.Kill();
        var result = watching.GetAwaiter().GetResult();
        Assert.Equal(ExitCode.TargetGone, result.ExitCode);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    static bool IsWatched(int pid) =>
        Process.GetProcessesByName("dotnet").Any(process =>
        {
            using (process)
            {
                try
                {
                    return Directory.EnumerateFiles($"/proc/{process.Id}/fd").Any(fd => File.ResolveLinkTarget(fd, false)?.FullName == $"/proc/{pid}/mem");
                }
                catch (IOException)
                {
                    return false;
                }
                catch (UnauthorizedAccessException)
                {
                    return false;
                }
            }
        });
}
