using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vitrine.Agent.Tests.Verbs;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Soak;

/// <summary>
/// Every instrument with probes at once, without a budget, on a program that does what is hard on them and checks itself, while the runtime checks each of its collections.
/// VITRINE_SOAK_SECONDS makes it longer (bench/run soak).
/// </summary>
[Collection(nameof(Alone))]
public sealed class SoakTests
{
    static readonly int Seconds = int.Parse(Environment.GetEnvironmentVariable("VITRINE_SOAK_SECONDS") ?? "8", CultureInfo.InvariantCulture);
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static TheoryData<string, string> Targets() => new()
    {
        { GoToolchain.Versions[0], "gccheckmark=1,clobberfree=1" },
        { GoToolchain.Newest, "gccheckmark=1,clobberfree=1" },
        { GoToolchain.Newest, "gcstoptheworld=1,efence=0" },
    };

    [FullRunOnly("every instrument for eight seconds on three targets")]
    [Theory, MemberData(nameof(Targets))]
    public void StressedProgram_WithEveryProbe_StaysRightAndHasNoWrongFrame(string version, string debug)
    {
        Prerequisite.Root();
        var folder = Directory.CreateTempSubdirectory("vitrine-soak-").FullName;
        var start = new ProcessStartInfo(GoFixture.Build(version, GoFlavour.Stripped, "stress").Path) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GODEBUG"] = debug;
        using var target = Process.Start(start)!;
        try
        {
            var fault = target.StandardError.ReadToEndAsync();
            Assert.StartsWith("ready", target.StandardOutput.ReadLine(), StringComparison.Ordinal);
            var before = Check(target, fault);

            string[][] looks =
            [
                ["waits", $"{target.Id}", "--format", "json"],
                ["http", $"{target.Id}", "--format", "json"],
                ["gc", $"{target.Id}", "--format", "json"],
                ["panics", $"{target.Id}", "--format", "json"],
                ["latency", $"{target.Id}", "main.descend", "main.fall", "main.leave", "runtime.mallocgc", "--by", "caller", "--format", "json"],
                ["record", $"{target.Id}", "cpu", "-o", Path.Combine(folder, "cpu.folded")],
                ["record", $"{target.Id}", "offcpu", "-o", Path.Combine(folder, "offcpu.folded")],
            ];
            var runs = looks.Select(look => Task.Run(() => VitrineProgram.Run(
                TimeSpan.FromSeconds(Seconds) + 2 * Limit, [.. look, "-d", $"{Seconds}s", .. (string[])(look[0] == "record" ? [] : ["--budget", "100%"])]))).ToArray();
            Task.WaitAll(runs);

            // The program is alive, and all its kinds of workers went on and found nothing wrong.
            for (var i = 0; i < looks.Length; i++)
                Assert.True(runs[i].Result.ExitCode == 0, $"{string.Join(' ', looks[i])}: {runs[i].Result.ExitCode}: {runs[i].Result.Errors}");
            var waited = Stopwatch.StartNew();
            while (Check(target, fault) <= before)
            {
                Assert.True(waited.Elapsed < Limit, "a kind of workers stands still");
                Thread.Sleep(50);
            }

            // Every call in every stack is one that the program makes.
            var calls = 0;
            for (var i = 0; i < looks.Length; i++)
            {
                if (looks[i][0] != "record")
                    calls += CallPaths.Check(JsonDocument.Parse(runs[i].Result.Output).RootElement, looks[i][0]);
            }
            foreach (var file in (string[])["cpu.folded", "offcpu.folded"])
                calls += CallPaths.CheckFolded(File.ReadAllText(Path.Combine(folder, file)), file);
            Assert.True(calls > 100, $"only {calls} calls were seen");
        }
        finally
        {
            target.Kill();
            target.WaitForExit();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Servers that nobody here wrote, answering requests all the while.</summary>
    [FullRunOnly("Debian servers")]
    [Theory, InlineData("prometheus"), InlineData("etcd-server")]
    public void DebianServer_UnderLoadWithEveryProbe_GoesOn(string name)
    {
        Prerequisite.Root();
        var folder = Directory.CreateTempSubdirectory("vitrine-soak-").FullName;
        using var server = DebianServer.Start(name);
        using var over = new CancellationTokenSource();
        var load = Task.Run(() =>
        {
            var requests = 0;
            for (; !over.IsCancellationRequested; requests += 10)
                server.Work(10);
            return requests;
        });
        string[][] looks =
        [
            ["waits", $"{server.Pid}", "--format", "json"],
            ["http", $"{server.Pid}", "--format", "json"],
            ["gc", $"{server.Pid}", "--format", "json"],
            ["panics", $"{server.Pid}", "--format", "json"],
            ["latency", $"{server.Pid}", "net/http.serverHandler.ServeHTTP", "--format", "json"],
            ["sockets", $"{server.Pid}", "--format", "json"],
            ["record", $"{server.Pid}", "cpu", "-o", Path.Combine(folder, "cpu.folded")],
            ["record", $"{server.Pid}", "offcpu", "-o", Path.Combine(folder, "offcpu.folded")],
        ];
        var runs = looks.Select(look => Task.Run(() => VitrineProgram.Run(TimeSpan.FromSeconds(Seconds) + 2 * Limit, [.. look, "-d", $"{Seconds}s"]))).ToArray();
        Task.WaitAll(runs);
        over.Cancel();
        for (var i = 0; i < looks.Length; i++)
            Assert.True(runs[i].Result.ExitCode == 0, $"{string.Join(' ', looks[i])}: {runs[i].Result.ExitCode}: {runs[i].Result.Errors}");
        Assert.True(load.Result > 0, "the server answered nothing");
        server.Work(10);
        Assert.NotEmpty(JsonDocument.Parse(runs[1].Result.Output).RootElement.GetProperty("requests").EnumerateArray());
        Assert.Contains(File.ReadLines(Path.Combine(folder, "cpu.folded")), line => line.Contains("net/http.(*conn).serve", StringComparison.Ordinal));
        Directory.Delete(folder, recursive: true);
    }

    static long Check(Process target, Task<string> fault)
    {
        Assert.False(target.HasExited, target.HasExited ? $"the program ended with {target.ExitCode}: {fault.Result}" : "");
        target.StandardInput.WriteLine("check");
        target.StandardInput.Flush();
        var answer = target.StandardOutput.ReadLineAsync();
        Assert.True(answer.Wait(Limit), "the program does not answer");
        Assert.StartsWith("ok ", answer.Result ?? $"it ended: {fault.Result}", StringComparison.Ordinal);
        return long.Parse(answer.Result![3..], CultureInfo.InvariantCulture);
    }
}
