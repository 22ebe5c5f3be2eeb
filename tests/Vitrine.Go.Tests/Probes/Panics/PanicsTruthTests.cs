using System.Text.RegularExpressions;
using Vitrine.Go.Probes.Panics;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Panics;

/// <summary>Every panic of a program that says itself with what it panicked and what became of it.</summary>
[Collection(nameof(Alone))]
public sealed partial class PanicsTruthTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static TheoryData<string, GoFlavour> Builds
    {
        get
        {
            var data = new TheoryData<string, GoFlavour>();
            foreach (var version in GoMatrix.VersionsOfThisRun)
            {
                data.Add(version, GoFlavour.Stripped);
                data.Add(version, version == GoToolchain.Newest ? GoFlavour.Pie : GoFlavour.Plain);
            }
            return data;
        }
    }

    public static TheoryData<string, string> Crashes
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var version in GoMatrix.VersionsOfThisRun)
            {
                foreach (var scene in new[] { "error", "nil", "index", "goroutine", "repanic", "unlock", "map" })
                    data.Add(version, scene);
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Builds))]
    public async Task Panics_ThatTheProgramSurvives_EqualItsOwnAccount(string version, GoFlavour flavour)
    {
        Prerequisite.Probes();
        using var program = new PanicsProgram(GoFixture.Build(version, flavour, "panics"));
        using var target = GoTarget.Attach(LinuxProcess.Open(program.Pid));
        var settled = 0;
        using var watch = PanicWatch.Start(target, new PanicOptions { Budget = 1, LookAfter = TimeSpan.FromMilliseconds(100), OnSettled = _ => settled++ });
        using var enough = new CancellationTokenSource(Limit);
        program.Go();
        var account = Task.Run(program.Account, TestContext.Current.CancellationToken);

        Assert.True(await watch.Run(TimeSpan.Zero, enough.Token, () =>
        {
            if (account.IsCompleted && settled >= account.Result.Count)
                enough.Cancel();
        }));

        var told = (await account).Select(one => Expected(one, target)).ToList();
        Assert.Equal(32, told.Count);
        Assert.Equal(
            told.Select(one => (one.Goroutine, one.Outcome, one.Type, one.Message)).Order(),
            watch.Panics.Select(one => (one.Goroutine!.Value, one.Outcome.ToString().ToLowerInvariant(), one.Type.ToString(), one.Message.TryGet(out var text) ? text : "?")).Order());

        Assert.All(watch.Panics, panic => Assert.Contains(panic.Frames, static frame => frame.Function.StartsWith("main.", StringComparison.Ordinal) && frame.File.EndsWith("/scenes.go", StringComparison.Ordinal)));
        Assert.All(watch.Panics, static panic => Assert.Equal("runtime.gopanic", panic.Frames[0].Function));
        Assert.All(watch.Panics, static panic => Assert.InRange(panic.Memory.HeapInUse.Value, 1UL << 14, 1UL << 26));
        Assert.True(watch.Panics.First().Memory.Stats.IsKnown, watch.Panics.First().Memory.Stats.Reason);
        Assert.True(watch.Panics.Single(static panic => panic.Message.ToString() == "deep").Frames.Count > 100);
        // The faulting line itself, not the one before: what faulted has no return address.
        var signal = watch.Panics.Single(static panic => panic.Kind == PanicKind.Signal);
        Assert.Equal((11u, 64UL), signal.Signal);
        Assert.Contains("nilList.next", SourceLine(signal.Frames.First(static frame => frame.Function.StartsWith("main.", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Equal(10, watch.Panics.Count(static panic => panic.Kind == PanicKind.RuntimeError));
        var report = watch.Report();
        Assert.Equal(0, report.Lost.Total);
        Assert.Empty(report.Absent);
        Assert.False(watch.SawTheEnd);
    }

    [Theory, MemberData(nameof(Crashes))]
    public async Task Crash_ThatEndsTheProcess_EqualsTheLastWordsOfTheRuntime(string version, string scene)
    {
        Prerequisite.Probes();
        using var program = new PanicsProgram(GoFixture.Build(version, GoFlavour.Stripped, "panics"), scene);
        using var target = GoTarget.Attach(LinuxProcess.Open(program.Pid));
        using var watch = PanicWatch.Start(target, new PanicOptions { Budget = 1 });
        using var enough = new CancellationTokenSource(Limit);
        program.Go();

        Assert.False(await watch.Run(TimeSpan.Zero, enough.Token));

        var words = program.LastWords();
        var said = FirstWords().Match(words);
        Assert.True(said.Success, words);
        // Several goroutines may find the same fatal error at once: all are seen, and the runtime prints one of them, not always the first.
        var printed = ulong.Parse(RunningGoroutine().Match(words).Groups["id"].Value, System.Globalization.CultureInfo.InvariantCulture);
        var uncaught = watch.Panics.Where(static panic => panic.Outcome == PanicOutcome.Uncaught).ToList();
        Assert.Contains(printed, uncaught.Select(static panic => panic.Goroutine ?? 0));
        var last = uncaught.First(panic => panic.Goroutine == printed);
        Assert.Equal(said.Groups["kind"].Value == "fatal error", last.Kind == PanicKind.FatalError);
        Assert.Equal(said.Groups["message"].Value.Split(" [recovered")[0], last.Message.Value);
        Assert.Equal(MainFrames().Matches(words)[0].Groups["name"].Value, last.Frames.First(static frame => frame.Function.StartsWith("main.", StringComparison.Ordinal)).Function);
        Assert.InRange(last.Memory.HeapLive.Value, 1UL << 14, 1UL << 26);
        Assert.True(watch.SawTheEnd);
        Assert.False(last.Recovered);
        if (scene == "repanic" && Minor(version) >= 22)
            Assert.Equal([PanicOutcome.Recovered, PanicOutcome.Uncaught], watch.Panics.Select(static panic => panic.Outcome));
        Assert.Equal(0, watch.Report().Lost.Total);
    }

    [Fact]
    public async Task Watch_ProcessThatEndsWithoutAPanic_SaysSo()
    {
        Prerequisite.Probes();
        using var program = new PanicsProgram(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "panics"), "no such scene");
        using var target = GoTarget.Attach(LinuxProcess.Open(program.Pid));
        using var watch = PanicWatch.Start(target);
        using var enough = new CancellationTokenSource(Limit);
        program.Go();

        Assert.False(await watch.Run(TimeSpan.Zero, enough.Token));

        Assert.Empty(watch.Panics);
        Assert.False(watch.SawTheEnd);
    }

    /// <summary>What Vitrine says of a panic that the program tells: it runs no methods and cuts long texts, and it sees a recovered panic that is raised again by the runtime's own mark from Go 1.22 on.</summary>
    static PanicsProgram.Told Expected(PanicsProgram.Told told, GoTarget target) => told with
    {
        Message = told.Type switch
        {
            "main.code" => $"main.code({told.Message})",
            "main.name" => $"main.name(\"{told.Message}\")",
            "*main.custom" or "[]int" => "?",
            _ when told.Message.Length > 512 => $"{told.Message[..512]}… ({told.Message.Length} bytes)",
            _ => told.Message,
        },
        Outcome = told.Outcome != "again" ? told.Outcome : target.Binary.Version.AtLeast(1, 22) ? "recovered" : "superseded",
    };

    static int Minor(string version) => int.Parse(version.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture);

    static string SourceLine(Vitrine.Go.Binary.SourceFrame frame) => File.ReadLines(frame.File).ElementAt(frame.Line - 1);

    [GeneratedRegex("^(?<kind>panic|fatal error): (?<message>.*)$", RegexOptions.Multiline)]
    private static partial Regex FirstWords();

    [GeneratedRegex(@"^goroutine (?<id>[0-9]+) ", RegexOptions.Multiline)]
    private static partial Regex RunningGoroutine();

    [GeneratedRegex(@"^(?<name>main\.[\w.]+)\(", RegexOptions.Multiline)]
    private static partial Regex MainFrames();
}
