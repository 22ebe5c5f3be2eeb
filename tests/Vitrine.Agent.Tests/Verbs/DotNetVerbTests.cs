using System.Diagnostics;
using System.Globalization;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary>The verbs on a .NET process, from outside.</summary>
[Collection(nameof(Alone))]
public sealed class DotNetVerbTests
{
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    [Fact]
    public void Dump_shows_threads_where_a_Go_process_has_goroutines()
    {
        Prerequisite.Probes();
        using var target = new Target("0");
        var json = VitrineProgram.Run("dump", target.Pid, "--format", "json");
        Assert.True(json.ExitCode == 0, json.Errors);
        Assert.Equal("vitrine.threads/1", json.Json.GetProperty("schema").GetString());
        Assert.Equal("dotnet", json.Json.GetProperty("target").GetProperty("runtime").GetString());
        var accepting = json.Json.GetProperty("threads").EnumerateArray().Single(static thread => thread.GetProperty("name").GetString() == "accepts");
        Assert.Equal("Socket.Accept", accepting.GetProperty("waitsIn").GetString());
        Assert.Contains(accepting.GetProperty("frames").EnumerateArray(), static frame => frame.GetProperty("function").GetString() == "Threads.Waits.Accept" && frame.GetProperty("line").GetInt32() > 0);

        var text = VitrineProgram.Run("dump", target.Pid, "--where", "Waits.MonitorWait");
        Assert.True(text.ExitCode == 0, text.Errors);
        Assert.Contains("1 of ", text.Output, StringComparison.Ordinal);
        Assert.Contains("[Monitor.Wait]", text.Output, StringComparison.Ordinal);
        Assert.Contains("Threads.Waits.MonitorWait  Program.cs:", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_writes_where_processor_time_goes()
    {
        Prerequisite.Probes();
        using var target = new Target("0", "busy");
        var file = Path.Combine(Path.GetTempPath(), $"vitrine-{Guid.NewGuid():N}.pb.gz");
        try
        {
            var result = VitrineProgram.Run("record", target.Pid, "cpu", "-d", "4s", "-o", file);
            Assert.True(result.ExitCode == 0, result.Errors);
            using var stream = File.OpenRead(file);
            var profile = ProfileReader.Read(stream);
            Assert.Contains(profile.Functions, static function => function.Name == "Threads.Busy.Managed.Loop");
            Assert.Contains(profile.Functions, static function => function.Name == "Threads.Busy.Hashes.Caller");
        }
        finally
        {
            File.Delete(file);
        }
        var refused = VitrineProgram.Run("record", target.Pid, "offcpu", "-o", file);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("of a .NET process: cpu, threads", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void After_the_viewer_was_killed_nothing_is_left()
    {
        Prerequisite.Probes();
        using var target = new Target("0", "busy");
        using var viewer = VitrineProgram.Start("record", target.Pid, "cpu", "-d", "60s", "-o", Path.Combine(Path.GetTempPath(), $"vitrine-{Guid.NewGuid():N}.pb.gz"));
        HashSet<string> ids = [];
        Until(() => (ids = NothingLeftBehindTests.KernelObjects(viewer.Id)).Any(static id => id.StartsWith("link", StringComparison.Ordinal) || id.StartsWith("prog", StringComparison.Ordinal)));
        viewer.Kill();
        Assert.True(viewer.WaitForExit(Bound));
        // The kernel takes programs away behind a grace period.
        Until(() => !ids.Any(NothingLeftBehindTests.IsKnown));
        Assert.False(target.HasExited);
    }

    static void Until(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < Bound, "it did not happen within a minute");
            Thread.Sleep(20);
        }
    }

    /// <summary>The program samples/dotnet/threads.</summary>
    sealed class Target : IDisposable
    {
        readonly Process _process;

        public Target(params string[] arguments)
        {
            _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "threads.dll"), .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            while (_process.StandardOutput.ReadLine() is { } line && line != "ready")
            {
                // What the threads say of themselves is for other tests.
            }
        }

        public string Pid => _process.Id.ToString(CultureInfo.InvariantCulture);

        public bool HasExited => _process.HasExited;

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
