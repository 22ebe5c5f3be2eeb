using System.Globalization;
using Vitrine.Go.Goroutines;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Goroutines;

/// <summary>Compares what a goroutine waits for with what the truth program told about it.</summary>
internal static class WaitFacts
{
    /// <summary>Checks one goroutine; returns how many of its facts were comparable.</summary>
    public static int Check(Goroutine goroutine, IReadOnlyList<TruthFact> facts)
    {
        string about = $"goroutine {goroutine.Id} ({facts[0].Scenario}) waits for {goroutine.WaitingOn}";
        int checkedFacts = 0;
        if (facts[0].Has("label.tenant"))
        {
            Assert.Equal([new("request", facts[0]["label.request"]), new("tenant", facts[0]["label.tenant"])], goroutine.Labels);
            checkedFacts++;
        }
        if (facts[0].Has("case"))
            return checkedFacts + Select(goroutine, facts, about);
        if (facts[0].Has("chan"))
            return checkedFacts + Channel(goroutine, facts[0], about);
        if (facts[0].Has("lock"))
            return checkedFacts + Lock(goroutine, facts[0], about);
        if (facts[0].Has("fd") && goroutine.State == GoroutineState.Waiting)
            return checkedFacts + Network(goroutine, facts[0], about);
        return checkedFacts;
    }

    private static int Channel(Goroutine goroutine, TruthFact fact, string about)
    {
        if (fact.Number("chan") == 0)
        {
            Assert.True(goroutine.WaitingOn is WaitingOn.Forever, about);
            return 1;
        }
        Assert.True(goroutine.WaitingOn is WaitingOn.Channel, about);
        WaitingOn.Channel channel = (WaitingOn.Channel)goroutine.WaitingOn!;
        Compare(channel.State, fact, about);
        if (fact.Has("dir"))
            Assert.Equal(fact["dir"], channel.Direction.ToString().ToLowerInvariant());
        return 1;
    }

    private static int Select(Goroutine goroutine, IReadOnlyList<TruthFact> facts, string about)
    {
        Assert.True(goroutine.WaitingOn is WaitingOn.Select { Truncated: false }, about);
        WaitingOn.Select select = (WaitingOn.Select)goroutine.WaitingOn!;
        Assert.Equal(
            facts.Select(fact => $"{fact["case"]} {fact.Number("chan"):x}").Order(),
            select.Cases.Select(c => $"{c.Direction.ToString().ToLowerInvariant()} {c.Channel.Address:x}").Order());
        foreach (TruthFact fact in facts)
            Compare(select.Cases.First(c => (long)c.Channel.Address == fact.Number("chan")).Channel, fact, about);
        return facts.Count;
    }

    private static int Lock(Goroutine goroutine, TruthFact fact, string about)
    {
        Assert.True(goroutine.WaitingOn is WaitingOn.Lock, about);
        WaitingOn.Lock held = (WaitingOn.Lock)goroutine.WaitingOn!;
        Assert.Equal((fact.Scenario, fact.Number("lock")), (fact.Scenario, (long)held.Address));
        LockKind? expected = fact.Scenario switch
        {
            "mutex" => LockKind.Mutex,
            "rwmutex-read" => LockKind.RWMutexRead,
            "rwmutex-write" => LockKind.RWMutexWrite,
            "waitgroup" => LockKind.WaitGroup,
            "cond" => LockKind.Cond,
            _ => null,
        };
        if (expected is not null)
            Assert.Equal(expected, held.Kind);
        return 1;
    }

    private static int Network(Goroutine goroutine, TruthFact fact, string about)
    {
        Assert.True(goroutine.WaitingOn is WaitingOn.Network, about);
        WaitingOn.Network network = (WaitingOn.Network)goroutine.WaitingOn!;
        Assert.Equal(fact.Number("fd"), network.FileDescriptor);
        if (fact.Has("local") && network.Local is not null)
            Assert.Equal(fact["local"], network.Local.ToString());
        if (fact.Has("remote") && network.Remote is not null)
            Assert.Equal(fact["remote"], network.Remote.ToString());
        return 1;
    }

    private static void Compare(ChannelState channel, TruthFact fact, string about)
    {
        Assert.True((long)channel.Address == fact.Number("chan"), about);
        if (fact.Has("len"))
        {
            Assert.Equal(fact.Number("len").ToString(CultureInfo.InvariantCulture), channel.Length.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(fact.Number("cap"), channel.Capacity);
            Assert.False(channel.Closed, about);
        }
        // %T prints "chan int": the element's type follows.
        if (fact.Has("type"))
            Assert.Equal(fact["type"], $"chan {channel.ElementType}");
    }
}
