using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Targets;

/// <summary>The truth program has to be right before anything is compared with it.</summary>
public sealed class TruthTargetTests
{
    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void Park_AllScenarios_EveryGoroutineIsInItsOwnStacks(string version, GoFlavour flavour)
    {
        using var target = TruthTarget.Start(GoFixture.Build(version, flavour));

        var facts = target.Park("all");
        var stacks = target.Stacks();

        Assert.StartsWith($"go{version}", target.GoVersion, StringComparison.Ordinal);
        Assert.True(facts.Count > 50, $"{facts.Count} facts");
        Assert.Equal(flavour == GoFlavour.Cgo, facts.Any(fact => fact.Scenario == "cgo"));
        foreach (var fact in facts.Where(fact => fact.Has("goid")))
            Assert.Contains($"goroutine {fact.GoroutineId} [", stacks, StringComparison.Ordinal);
    }

    [Fact]
    public void MemStats_TwiceInAQuietTarget_AllocatesNothingInBetween()
    {
        using var target = TruthTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped), new TruthOptions { GoGc = "off" });
        target.Ask("alloc 100");
        target.MemStats();

        // The second command is itself a line that was read and split: what it costs must be the same every time.
        var first = long.Parse(target.MemStats()["Mallocs"]);
        var second = long.Parse(target.MemStats()["Mallocs"]);
        var third = long.Parse(target.MemStats()["Mallocs"]);

        Assert.Equal(second - first, third - second);
    }

    [Fact]
    public void Ask_UnknownCommand_Throws()
    {
        using var target = TruthTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped));

        var failure = Assert.Throws<InvalidOperationException>(() => target.Ask("nonsense"));

        Assert.Contains("unknown command", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Exec_RunningTarget_SaysReadyAgain()
    {
        using var target = TruthTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped));
        target.Ask("goroutines 100");

        target.Ask("exec");
        target.AwaitReady();

        Assert.True(target.Ask("sched").Facts[0].Number("numgoroutine") < 100);
    }
}
