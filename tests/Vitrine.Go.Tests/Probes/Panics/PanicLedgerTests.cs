using Vitrine.Go.Probes.Panics;
using Vitrine.Instruments;

namespace Vitrine.Go.Tests.Probes.Panics;

/// <summary>Which panics a recovery ends, without a process.</summary>
public sealed class PanicLedgerTests
{
    readonly List<string> settled = [];
    readonly PanicLedger ledger;
    int count;

    public PanicLedgerTests() => ledger = new PanicLedger(record => settled.Add($"{record.Number} {record.Outcome}"));

    [Fact]
    public void Recover_BelowTheOuterPanic_EndsOnlyTheInnerOne()
    {
        Begin(goroutine: 7, depth: 100);
        var inner = Begin(goroutine: 7, depth: 300);
        ledger.Recover(7, depth: 200, []);

        Assert.Equal(["2 Recovered"], settled);
        Assert.Equal(1, inner.Within!.Number);
        Assert.Equal(1, ledger.Open);
    }

    [Fact]
    public void Recover_AboveBoth_EndsBoth_AndSaysWhichWasSuperseded()
    {
        Begin(goroutine: 7, depth: 100);
        Begin(goroutine: 7, depth: 300);
        ledger.Recover(7, depth: 50, []);

        Assert.Equal(["2 Recovered", "1 Superseded"], settled);
        Assert.Equal(0, ledger.Open);
    }

    [Fact]
    public void Recover_WithTheRuntimesMarks_BelievesThem()
    {
        Begin(goroutine: 7, depth: 100);
        Begin(goroutine: 7, depth: 300);
        ledger.Recover(7, depth: 50, [true, true]);

        Assert.Equal(["2 Recovered", "1 Recovered"], settled);
    }

    [Fact]
    public void EndAll_WhenNobodyWatches_SettlesEveryPanicAsUnknown_AndALaterRecoveryIsAnOrphan()
    {
        Begin(goroutine: 7, depth: 100);
        Begin(goroutine: 7, depth: 300);
        Begin(goroutine: 8, depth: 100);
        ledger.EndAll();
        ledger.Recover(7, depth: 50, []);

        Assert.Equal(["1 Unknown", "2 Unknown", "3 Unknown"], settled.Order(StringComparer.Ordinal));
        Assert.Equal(0, ledger.Open);
        Assert.Equal(1, ledger.Orphans);
    }

    [Fact]
    public void Uncaught_AfterARepanic_TellsTheFirstRecovered()
    {
        Begin(goroutine: 7, depth: 100);
        Begin(goroutine: 7, depth: 300);
        ledger.Uncaught(7, [false, true]);

        Assert.Equal(["2 Uncaught", "1 Recovered"], settled);
    }

    [Fact]
    public void Begin_WhereAnOpenPanicCannotBeAnyMore_EndsItAsUnknown()
    {
        // The end of the first was not seen: the second begins at the same depth, which a deferred function of the first could not.
        Begin(goroutine: 7, depth: 100);
        var second = Begin(goroutine: 7, depth: 100);

        Assert.Equal(["1 Unknown"], settled);
        Assert.Null(second.Within);
    }

    [Fact]
    public void Recover_OfAnotherGoroutineOrOfNothing_IsAnOrphan()
    {
        Begin(goroutine: 7, depth: 100);
        ledger.Recover(8, depth: 10, []);
        ledger.Uncaught(9, []);

        Assert.Empty(settled);
        Assert.Equal((1, 2), (ledger.Open, ledger.Orphans));
    }

    [Fact]
    public void Begin_MoreThanAreFollowed_SettlesTheRestAtOnce()
    {
        const int most = 65_536;
        for (var i = 0; i < most + 10; i++)
            Begin(goroutine: (ulong)i, depth: 100);

        Assert.Equal(most, ledger.Open);
        Assert.Equal(10, settled.Count);
    }

    PanicRecord Begin(ulong goroutine, ulong depth)
    {
        var record = new PanicRecord
        {
            Number = ++count,
            At = DateTimeOffset.UnixEpoch,
            Kind = PanicKind.Panic,
            Type = Known<string>.Unknown("a test"),
            Message = Known<string>.Unknown("a test"),
            Goroutine = goroutine,
            Frames = [],
            Memory = new PanicMemory(Known<ulong>.Unknown(""), Known<ulong>.Unknown(""), Known<ulong>.Unknown(""), Known<uint>.Unknown(""), Known<Look<Vitrine.Go.Memory.MemStats>>.Unknown("")),
            Signal = null,
            Depth = depth,
        };
        ledger.Begin(record);
        return record;
    }
}
