using Vitrine.Go.Goroutines;
using Vitrine.Go.Goroutines.Formats;
using Vitrine.Linux.Processes;
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
