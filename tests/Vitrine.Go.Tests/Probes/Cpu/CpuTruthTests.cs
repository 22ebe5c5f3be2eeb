using System.Globalization;
using Vitrine.Go.Probes.Cpu;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;
using Vitrine.Pprof.Views;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Cpu;

/// <summary>
/// CPU profiles against a program that knows what it does (<c>samples/go/loops</c>): the kernel's account of each worker's thread, the profile that
/// runtime/pprof takes of the same time, and the machine code, which says who can have called whom.
/// </summary>
[Collection(nameof(Alone))]
public sealed class CpuTruthTests
{
    /// <summary>Workers that do all their work on their own thread, whose clock is therefore the truth.</summary>
    static readonly string[] s_ownThread = ["spin", "inlined", "hash", "move", "clock", "call", "sort", "labelled"];

    static readonly Dictionary<string, string> s_functionOf = new()
    {
        ["spin"] = "main.spin",
        ["inlined"] = "main.inlined",
        ["hash"] = "main.hash",
        ["move"] = "main.move",
        ["clock"] = "main.clock",
        ["call"] = "main.call",
        ["sort"] = "main.sortPairs",
        ["labelled"] = "main.labelled",
    };

    public static TheoryData<string, GoFlavour> Versions()
    {
        var data = new TheoryData<string, GoFlavour>();
        foreach (var version in GoMatrix.VersionsOfThisRun)
            data.Add(version, version switch { "1.21" or "1.25" => GoFlavour.Plain, "1.23" => GoFlavour.Pie, "1.22" or "1.26" => GoFlavour.Cgo, _ => GoFlavour.Stripped });
        return data;
    }

    [Theory, MemberData(nameof(Versions))]
    public void Record_KnownLoops_AgreesWithClocksWithGoAndWithTheCode(string version, GoFlavour flavour)
    {
        Prerequisite.Root();
        using var loops = SampleProcess.Start(GoFixture.Build(version, flavour, "loops"));
        using var target = GoTarget.Attach(LinuxProcess.Open(loops.Pid));
        var goFile = Path.GetTempFileName();
        Recording recording;
        Dictionary<string, long> before, after;
        Profile go;
        try
        {
            before = Account(loops.Ask($"start {goFile}"));
            recording = new CpuRecorder(new CpuOptions { Rate = 499, Budget = 1 }).Record(target, TimeSpan.FromSeconds(3), CancellationToken.None);
            after = Account(loops.Ask("stop"));
            go = ProfileFormats.ReadFile(goFile);
        }
        finally
        {
            File.Delete(goFile);
        }
        var profile = recording.Look.Result;
        var samples = profile.Samples.Sum(static sample => sample.Values[0]);
        Assert.Equal(recording.Samples, samples);
        Assert.Equal(0, recording.Lost);
        Assert.All(profile.Samples, sample => Assert.NotEmpty(profile.FunctionsOf(sample)));
        Assert.InRange(samples, 200, 499 * 4 * Environment.ProcessorCount);

        // 1. Shares of the workers, by the clocks of their threads, and by Go's own profile.
        var truth = s_ownThread.ToDictionary(static worker => worker, worker => (double)(after[worker] - before[worker]));
        var seen = s_ownThread.ToDictionary(static worker => worker, worker => Cumulative(profile, s_functionOf[worker]));
        var told = s_ownThread.ToDictionary(static worker => worker, worker => Cumulative(go, s_functionOf[worker]));
        foreach (var worker in s_ownThread)
        {
            AssertShare(worker, seen[worker], seen.Values.Sum(), truth[worker] / truth.Values.Sum(), othersCount: double.PositiveInfinity);
            AssertShare($"{worker} (Go)", seen[worker], seen.Values.Sum(), told[worker] / told.Values.Sum(), told.Values.Sum());
        }

        // 2. No wrong frame.
        var check = new CallCheck(target.Binary, target.Bias);
        Assert.Equal("", string.Join('\n', profile.Samples.SelectMany(sample => check.Wrong(profile, sample)).Distinct()));
        Assert.True(check.Pairs > 1000, $"{check.Pairs} pairs");

        // 3. Callers that frame pointers alone would lose: of a function without a frame, and of assembly that uses the frame pointer.
        Assert.Subset(new HashSet<string> { "main.spin", "main.labelledWork", "main.sortPairs", "(caller not seen)" }, CallersOf(profile, "main.mix"));
        Assert.Contains("main.spin", CallersOf(profile, "main.mix"));
        var blocks = profile.Samples.Where(sample => Leaf(profile, sample).Contains("sha256.block", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(blocks);
        // In the one instruction of its beginning where nothing tells the caller, it is said to be unknown.
        Assert.All(blocks, sample => Assert.True(Has(profile, sample, "main.hash") || Has(profile, sample, "(caller not seen)"), Stack(profile, sample)));
        Assert.InRange(Sum(blocks.Where(sample => Has(profile, sample, "main.hash"))), Sum(blocks) * 0.95, double.PositiveInfinity);
        Assert.InRange(Cumulative(profile, "(caller not seen)"), 0, samples * (version == "1.19" ? 0.03 : 0.01));

        // 4. Inlined calls, innermost first.
        Assert.Contains(profile.Samples, sample => Stack(profile, sample).Contains("main.twice < main.inlined < main.(*worker).run", StringComparison.Ordinal));

        // 5. Labels: each round of the worker is one part dear and three parts cheap.
        var labelled = profile.Samples.Where(sample => Has(profile, sample, "main.labelledWork")).ToList();
        double dear = Sum(labelled.Where(static sample => sample.Labels.Text("kind") == "dear")), cheap = Sum(labelled.Where(static sample => sample.Labels.Text("kind") == "cheap"));
        Assert.Equal(Sum(labelled), dear + cheap);
        AssertShare("dear", dear, dear + cheap, 0.25, double.PositiveInfinity);
        Assert.DoesNotContain(profile.Samples, sample => sample.Labels.Text("kind") is not null && Has(profile, sample, "main.spin"));
    }

    [Fact]
    public void Record_WithKernelAndGoroutines_ShowsBoth()
    {
        Prerequisite.Root();
        using var loops = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "loops"), "call");
        using var target = GoTarget.Attach(LinuxProcess.Open(loops.Pid));

        var profile = new CpuRecorder(new CpuOptions { Rate = 199, Budget = 1, WithKernelStacks = true, WithGoroutineIds = true })
            .Record(target, TimeSpan.FromSeconds(1), CancellationToken.None).Look.Result;

        Assert.Contains(profile.Samples, sample => Stack(profile, sample).Contains("getppid", StringComparison.Ordinal) && Has(profile, sample, "main.call"));
        var ids = profile.Samples.Where(sample => Has(profile, sample, "main.call")).Select(static sample => sample.Labels.Single(label => label.Key == "goroutine").Number).Distinct();
        Assert.Single(ids);
    }

    [Fact]
    public void Record_InAPidNamespaceOfItsOwn_KnowsTheThreads()
    {
        Prerequisite.Root();
        var fixture = GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "loops");
        using var unshare = SampleProcess.StartProgram("unshare", "--pid", "--fork", "--kill-child", fixture.Path, "labelled");
        // What runs is the child of unshare, and 1 is what it calls itself.
        var pid = int.Parse(File.ReadAllText($"/proc/{unshare.Pid}/task/{unshare.Pid}/children").Trim(), CultureInfo.InvariantCulture);
        using var target = GoTarget.Attach(LinuxProcess.Open(pid));

        var recording = new CpuRecorder(new CpuOptions { Rate = 499, Budget = 1 }).Record(target, TimeSpan.FromSeconds(1), CancellationToken.None);

        Assert.Contains("pid=1", unshare.ReadyLine, StringComparison.Ordinal);
        var profile = recording.Look.Result;
        var labelled = profile.Samples.Where(sample => Has(profile, sample, "main.labelledWork")).ToList();
        Assert.NotEmpty(labelled);
        Assert.All(labelled, static sample => Assert.NotNull(sample.Labels.Text("kind")));
    }

    [Fact]
    public void Record_TwoAtOnce_DoNotDisturbEachOther()
    {
        Prerequisite.Root();
        using var loops = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "loops"), "spin");
        Recording Record()
        {
            using var target = GoTarget.Attach(LinuxProcess.Open(loops.Pid));
            return new CpuRecorder(new CpuOptions { Rate = 99, Budget = 1 }).Record(target, TimeSpan.FromSeconds(1), CancellationToken.None);
        }
        var other = Task.Run(Record, TestContext.Current.CancellationToken);
        var one = Record();

        foreach (var recording in (Recording[])[one, other.GetAwaiter().GetResult()])
        {
            Assert.Equal(0, recording.Lost);
            Assert.True(Cumulative(recording.Look.Result, "main.spin") > 0);
        }
    }

    // Two points, or four standard errors where there are too few samples for two points to mean anything.
    static void AssertShare(string what, double count, double of, double expected, double othersCount)
    {
        Assert.True(of > 30, $"{what}: only {of} samples");
        var error = 4 * Math.Sqrt(expected * (1 - expected) * (1 / of + 1 / othersCount));
        var difference = Math.Abs(count / of - expected);
        Assert.True(difference <= Math.Max(0.02, error), string.Create(CultureInfo.InvariantCulture, $"{what}: {count / of:0.0000} of {of} samples, expected {expected:0.0000} ± {Math.Max(0.02, error):0.0000}"));
    }

    static Dictionary<string, long> Account(string line) => line.Split(' ')
        .Select(static word => word.Split('=', '/'))
        .ToDictionary(static parts => parts[0], static parts => long.Parse(parts[1], CultureInfo.InvariantCulture));

    static double Cumulative(Profile profile, string function) => Sum(profile.Samples.Where(sample => Has(profile, sample, function)));

    static double Sum(IEnumerable<Sample> samples) => samples.Sum(static sample => sample.Values[0]);

    static bool Has(Profile profile, Sample sample, string function) => profile.FunctionsOf(sample).Any(frame => frame.Name == function);

    static string Leaf(Profile profile, Sample sample) => profile.FunctionsOf(sample).First().Name;

    static string Stack(Profile profile, Sample sample) => string.Join(" < ", profile.FunctionsOf(sample).Select(static frame => frame.Name));

    static HashSet<string> CallersOf(Profile profile, string function)
    {
        var callers = new HashSet<string>();
        foreach (var sample in profile.Samples)
        {
            var names = profile.FunctionsOf(sample).Select(static frame => frame.Name).ToList();
            for (var i = 0; i + 1 < names.Count; i++)
            {
                if (names[i] == function) callers.Add(names[i + 1]);
            }
        }
        return callers;
    }
}
