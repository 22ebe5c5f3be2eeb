using Vitrine.Go.Goroutines;
using Vitrine.Go.Goroutines.Formats;
using Vitrine.Go.Tests.Profiles;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Goroutines;

/// <summary>Every parked goroutine of a quiet target, against what the target's own runtime says of it.</summary>
public sealed class TruthMatrixTests
{
    private static readonly GoroutineDumpOptions WithArguments = new() { WithArguments = true };

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void GoText_QuietTarget_EqualsDebug2ToTheByte(string version, GoFlavour flavour)
    {
        using TruthTarget truth = TruthTarget.Start(GoFixture.Build(version, flavour), new TruthOptions { GoGc = "off" });
        truth.Park("all");
        truth.Ask("gc 1");
        truth.Ask("settle");

        string before = truth.Stacks();
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
        GoroutineDump dump = target.ReadGoroutines(WithArguments);
        StringWriter ours = new();
        GoText.Write(dump, ours);
        string after = truth.Stacks();

        IReadOnlyDictionary<ulong, string> theirs = StackText.ById(before);
        IReadOnlyDictionary<ulong, string> theirsAfter = StackText.ById(after);
        IReadOnlyDictionary<ulong, string> seen = StackText.ById(ours.ToString());
        int compared = 0;
        foreach ((ulong id, string expected) in theirs)
        {
            // The goroutine that answers commands is the only one that moved.
            if (id == 1 || StackText.IsRunning(expected) || theirsAfter.GetValueOrDefault(id) != expected)
                continue;
            Assert.True(seen.TryGetValue(id, out string? actual), $"goroutine {id} is missing:\n{expected}");
            Assert.Equal(expected, actual);
            compared++;
        }
        Assert.True(compared >= 40, $"only {compared} of {theirs.Count} goroutines were comparable");
        Assert.Equal(theirs.Keys.Order(), seen.Keys.Order());
        Assert.Equal(0, dump.Consistency.Torn);
        Assert.Equal(dump.Count, dump.Consistency.Accepted + dump.Consistency.Running);
    }

    [Theory]
    [InlineData("1.26", "tracebacklabels=1"), InlineData("1.26", "tracebacklabels=0"), InlineData("1.27", "tracebacklabels=0"), InlineData("1.27", "tracebacklabels=0,tracebacklabels=1")]
    public void GoText_LabelsInTracebacks_FollowTheTargetsSetting(string version, string setting)
    {
        using TruthTarget truth = TruthTarget.Start(GoFixture.Build(version, GoFlavour.Stripped), new TruthOptions { GoDebug = setting });
        ulong labelled = (ulong)truth.Park("labels")[0].GoroutineId;
        string expected = StackText.ById(truth.Stacks())[labelled];
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
        StringWriter ours = new();
        GoText.Write(target.ReadGoroutines(WithArguments), ours);
        Assert.Equal(expected, StackText.ById(ours.ToString())[labelled]);
        Assert.Equal(setting.EndsWith('1'), StackText.Header(expected).Contains("r-17", StringComparison.Ordinal));
    }

    [Fact]
    public void GoText_GoroutinesTheRuntimeFoundLeaked_SaysSoAsDebug2Does()
    {
        using TruthTarget truth = TruthTarget.Start(GoFixture.Build("1.27", GoFlavour.Stripped));
        truth.Ask("leak 100");
        truth.Ask("leak 0");
        truth.Park("chan-nil-receive");
        truth.Profile("goroutineleak");
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
        GoroutineDump dump = target.ReadGoroutines(WithArguments);
        IReadOnlyDictionary<ulong, string> theirs = StackText.ById(truth.Stacks());
        Goroutine[] leaked = [.. Enumerable.Range(0, dump.Count).Select(i => dump[i]).Where(g => g.State == GoroutineState.Leaked)];
        Assert.NotEmpty(leaked);
        Assert.All(leaked, goroutine => Assert.Equal(theirs[goroutine.Id], GoText.Format(dump, goroutine)));
        Assert.All(leaked, goroutine => Assert.NotNull(goroutine.WaitReason));
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void GoroutineProfile_QuietTarget_EqualsTheTargetsOwn(string version)
    {
        using TruthTarget truth = TruthTarget.Start(GoFixture.Build(version, GoFlavour.Stripped), new TruthOptions { GoGc = "off" });
        truth.Park("all");
        truth.Ask("goroutines 300");
        Profile theirs = ProfileReader.Read(truth.Profile("goroutine"));
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
        Profile ours = GoroutineProfile.Of(target.ReadGoroutines());

        Assert.Equal(["goroutine/count"], ours.SampleTypes.Select(type => $"{type.Type}/{type.Unit}"));
        // The main goroutine answers commands: in its own account it runs, seen from outside it waits for the next one.
        // Its own account ends after 32 or 128 frames; seen from outside, a deep stack is whole.
        static bool IsComparable(string sample) => !sample.Contains("main.main(", StringComparison.Ordinal) && !sample.Contains("main.parkDeep", StringComparison.Ordinal);
        List<string> expected = ProfileText.Samples(theirs, IsComparable);
        Assert.True(expected.Count >= 40, $"only {expected.Count} samples");
        Assert.Equal(expected, ProfileText.Samples(ours, IsComparable));
    }

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void ReadGoroutines_QuietTarget_KnowsWhatEachWaitsFor(string version, GoFlavour flavour)
    {
        using TruthTarget truth = TruthTarget.Start(GoFixture.Build(version, flavour), new TruthOptions { GoGc = "off" });
        IReadOnlyList<TruthFact> facts = truth.Park("all");
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
        GoroutineDump dump = target.ReadGoroutines();

        Dictionary<ulong, Goroutine> byId = [];
        for (int i = 0; i < dump.Count; i++)
            byId.Add(dump[i].Id, dump[i]);
        int checkedFacts = 0;
        foreach (IGrouping<long, TruthFact> told in facts.Where(fact => fact.GoroutineId > 0).GroupBy(fact => fact.GoroutineId))
        {
            Goroutine goroutine = byId[(ulong)told.Key];
            checkedFacts += WaitFacts.Check(goroutine, [.. told]);
        }
        Assert.True(checkedFacts >= 25, $"only {checkedFacts} facts were checked");
    }
}
