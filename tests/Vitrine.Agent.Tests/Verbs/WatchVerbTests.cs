using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary><c>vitrine watch</c> as a user types it: what must be in the folder after the trigger, and what is said about it.</summary>
public sealed class WatchVerbTests : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    readonly string folder = Directory.CreateTempSubdirectory("vitrine-watch-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Watch_OnPanic_WritesTheLastMinuteWithADump()
    {
        Prerequisite.Probes();
        using var program = Start("panics");
        var result = Watch(program, ExitCode.Success, "--on", "panic", "--most", "1");

        var recording = Assert.Single(result.GetProperty("recordings").EnumerateArray());
        var path = recording.GetProperty("path").GetString()!;
        Assert.Equal("panic", recording.GetProperty("trigger").GetString());
        Assert.StartsWith("string: a plain string", recording.GetProperty("because").GetString(), StringComparison.Ordinal);
        // 31 more panics followed within the cooldown.
        Assert.InRange(result.GetProperty("suppressed").GetProperty("panic").GetInt32(), 1, 31);
        Assert.Equal([path], Directory.GetFileSystemEntries(folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
        Assert.Equal(["events.jsonl", "goroutines.pb.gz", "goroutines.txt", "recording.json"], Directory.GetFiles(path).Select(Path.GetFileName).Order());
        Assert.NotEmpty(ProfileReader.Read(File.ReadAllBytes(Path.Combine(path, "goroutines.pb.gz"))).Samples);
        Assert.Contains("goroutine 1 [", File.ReadAllText(Path.Combine(path, "goroutines.txt")), StringComparison.Ordinal);
        var events = Events(path);
        Assert.Contains(events, static one => Is(one, "sample", "memstats") && one.GetProperty("heapAllocBytes").GetInt64() > 0);
        Assert.Contains(events, static one => Is(one, "panic", "panic") && one.GetProperty("message").GetString() == "a plain string");
        Assert.Equal(JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "recording.json"))).RootElement.GetProperty("events").GetInt32(), events.Count);
        // The program cannot have a heap profile, and that is said.
        Assert.Contains("heap profile", recording.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Watch_OnCrash_WritesWhatItHasAlthoughTheProcessIsGone()
    {
        Prerequisite.Probes();
        using var program = Start("panics", "goroutine");
        var result = Watch(program, ExitCode.TargetGone, "--on", "crash", "--on", "gc-pause>1h");

        Assert.True(result.GetProperty("processEnded").GetBoolean());
        Assert.True(result.GetProperty("watchedMs").GetDouble() > 0);
        // What has no probes has a bill, too.
        Assert.True(result.GetProperty("sources").GetProperty("goroutines").GetProperty("reads").GetInt32() >= 1);
        Assert.True(result.GetProperty("sources").GetProperty("sample").TryGetProperty("readShare", out _));
        var recording = Assert.Single(result.GetProperty("recordings").EnumerateArray());
        Assert.Equal("crash", recording.GetProperty("trigger").GetString());
        var events = Events(recording.GetProperty("path").GetString()!);
        Assert.Contains(events, static one => Is(one, "panic", "panic") && one.GetProperty("message").GetString() == "in a goroutine of its own");
        Assert.Contains(events, static one => Is(one, "panic", "end") && one.GetProperty("outcome").GetString() == "uncaught");
        // No goroutines any more, but those of the look before.
        Assert.NotEmpty(ProfileReader.Read(File.ReadAllBytes(Path.Combine(recording.GetProperty("path").GetString()!, "goroutines-before.pb.gz"))).Samples);
        Assert.Contains(recording.GetProperty("problems").EnumerateArray(), static problem => problem.GetString()!.StartsWith("the goroutines:", StringComparison.Ordinal));
    }

    [Fact]
    public void Watch_OnGcPause_RecordsCollectionsOfAServiceWithItsHeap()
    {
        Prerequisite.Probes();
        using var service = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty"));
        var result = VitrineProgram.Run("watch", service.Pid.ToString(CultureInfo.InvariantCulture), "--on", "gc-pause>1us", "--most", "1", "-d", "30s", "-o", folder, "--format", "json", "-q");

        Assert.True(result.ExitCode == 0, result.Errors);
        var recording = Assert.Single(result.Json.GetProperty("recordings").EnumerateArray());
        Assert.Equal("gc-pause", recording.GetProperty("trigger").GetString());
        Assert.Empty(recording.GetProperty("problems").EnumerateArray());
        var path = recording.GetProperty("path").GetString()!;
        Assert.NotEmpty(ProfileReader.Read(File.ReadAllBytes(Path.Combine(path, "heap.pb.gz"))).Samples);
        Assert.Contains(Events(path), static one => Is(one, "gc", "stop") && one.GetProperty("durationNs").GetInt64() > 1_000);
    }

    [Fact]
    public async Task Watch_OnSlowRequest_RecordsTheRequestOfAServer()
    {
        Prerequisite.Probes();
        using var service = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty"));
        var address = service.ReadyLine[(service.ReadyLine.IndexOf("address=", StringComparison.Ordinal) + "address=".Length)..];
        using var client = new HttpClient { BaseAddress = new Uri($"http://{address}") };
        var watching = Task.Run(() => VitrineProgram.Run(
            "watch", service.Pid.ToString(CultureInfo.InvariantCulture), "--on", "slow-request>1ns", "--most", "1", "-d", "60s", "-o", folder, "--format", "json", "-q"), TestContext.Current.CancellationToken);
        while (!watching.IsCompleted)
        {
            using var response = await client.GetAsync(new Uri("/asked-by-the-test?secret=1", UriKind.Relative), TestContext.Current.CancellationToken);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        var result = await watching;

        Assert.True(result.ExitCode == 0, result.Errors);
        var recording = Assert.Single(result.Json.GetProperty("recordings").EnumerateArray());
        Assert.Equal("slow-request", recording.GetProperty("trigger").GetString());
        Assert.StartsWith("GET /asked-by-the-test took ", recording.GetProperty("because").GetString(), StringComparison.Ordinal);
        var request = Events(recording.GetProperty("path").GetString()!).First(static one => Is(one, "request", "request"));
        Assert.Equal("/asked-by-the-test", request.GetProperty("path").GetString());
        Assert.True(request.GetProperty("durationNs").GetInt64() > 0);
        Assert.InRange(request.GetProperty("status").GetInt32(), 200, 404);
    }

    [Theory]
    [InlineData("is not a trigger", "--on", "tuesday", "-o", "x")]
    [InlineData("-o", "--on", "panic")]
    [InlineData("lacks the unit of its limit: gc-pause>5ms", "--on", "gc-pause>5", "-o", "x")]
    [InlineData("-d 30s or longer", "--on", "leak", "-d", "2s", "-o", "x")]
    public void Watch_WithoutWhatItNeeds_SaysWhat(string expected, params string[] arguments)
    {
        var result = VitrineProgram.Run(["watch", "1", .. arguments]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Errors, StringComparison.Ordinal);
    }

    static Process Start(string program, params string[] scene) =>
        Process.Start(new ProcessStartInfo(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, program).Path, scene) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;

    /// <summary>Watches a program that is told to go on when everything is in place.</summary>
    JsonElement Watch(Process program, int exitCode, params string[] arguments)
    {
        using var vitrine = Process.Start(new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "vitrine.dll"), "watch", program.Id.ToString(CultureInfo.InvariantCulture), "-d", "60s", "-o", folder, "--format", "json", .. arguments])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var ready = vitrine.StandardError.ReadLineAsync();
            Assert.True(ready.Wait(Limit) && ready.Result?.StartsWith("recording", StringComparison.Ordinal) == true, ready.Result);
            program.StandardInput.WriteLine("go");
            program.StandardInput.Flush();
            var errors = vitrine.StandardError.ReadToEndAsync();
            var output = vitrine.StandardOutput.ReadToEndAsync();
            Assert.True(vitrine.WaitForExit(Limit), "it does not end");
            Assert.True(vitrine.ExitCode == exitCode, errors.Result);
            return JsonDocument.Parse(output.Result).RootElement;
        }
        finally
        {
            foreach (var process in (Process[])[program, vitrine])
            {
                if (!process.HasExited)
                    process.Kill();
            }
        }
    }

    static List<JsonElement> Events(string path) => [.. File.ReadLines(Path.Combine(path, "events.jsonl")).Select(static line => JsonDocument.Parse(line).RootElement)];

    static bool Is(JsonElement one, string source, string kind) => one.GetProperty("source").GetString() == source && one.GetProperty("kind").GetString() == kind;
}
