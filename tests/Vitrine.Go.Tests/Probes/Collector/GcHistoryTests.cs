using System.Text;
using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Collector;

namespace Vitrine.Go.Tests.Probes.Collector;

/// <summary>Records as a broken, partial or hostile target would make them.</summary>
public sealed class GcHistoryTests
{
    const ulong Second = 1_000_000_000;

    [Fact]
    public void Cycle_SeenWhole_HasItsStopsAndNothingMore()
    {
        var history = History("1.22");
        history.Add(Stop(1, "", 10 * Second, 1_000, trigger: 2));
        history.Add(Stop(1, "gcing", 11 * Second, 2_000));
        history.Add(Account(1, 11 * Second + 2_500));

        var cycle = Assert.Single(history.Cycles);
        Assert.Null(cycle.Partial);
        Assert.Equal(GcTrigger.RuntimeGC, cycle.Trigger);
        Assert.Equal((1_000, 2_000, 3_000), (cycle.SweepTerminationPauseNs.Value, cycle.MarkTerminationPauseNs.Value, cycle.PauseNs.Value));
        Assert.Equal([GcIntervalKind.SweepTermination, GcIntervalKind.ConcurrentMark, GcIntervalKind.MarkTermination], history.Intervals.Select(one => one.Kind));
        Assert.False(cycle.HeapBeforeBytes.IsKnown);
        Assert.Equal("no runtime", cycle.HeapBeforeBytes.Reason);
        Assert.Null(history.UnderWay);
    }

    [Fact]
    public void Cycle_MarkingTakenUpAgain_CountsBothLastStops()
    {
        var history = History("1.22");
        history.Add(Stop(1, "", 10 * Second, 1_000));
        history.Add(Stop(1, "gcing", 11 * Second, 500));
        history.Add(Stop(1, "gcing", 12 * Second, 700));
        history.Add(Account(1, 13 * Second));

        Assert.Equal(1_200, history.Cycles[0].MarkTerminationPauseNs.Value);
    }

    [Fact]
    public void Cycle_AttachedInTheMiddle_SaysThatItIsPartial()
    {
        var history = History("1.22");
        history.Add(Stop(0, "gcing", 11 * Second, 2_000));
        history.Add(Account(0, 12 * Second));

        Assert.Contains("under way", history.Cycles[0].Partial, StringComparison.Ordinal);
        Assert.Equal(GcTrigger.Unknown, history.Cycles[0].Trigger);
        Assert.False(history.Cycles[0].MeasuredAssistNs.IsKnown);
    }

    [Fact]
    public void Cycle_BeginningLost_SaysSo()
    {
        var history = History("1.22");
        history.Add(Account(7, 12 * Second));

        Assert.Contains("lost", history.Cycles[0].Partial, StringComparison.Ordinal);
        Assert.False(history.Cycles[0].PauseNs.IsKnown);
    }

    [Theory]
    [InlineData("profile", "goroutine profile")]
    [InlineData("stack trace", "all goroutines stack trace")]
    [InlineData("read mem stats", "read mem stats")]
    [InlineData("start tracing", "start trace")]
    [InlineData("\u001b[2Jx", "?[2Jx")]
    public void Stop_ByOthers_IsNamedInTheWordsOfToday(string text, string expected)
    {
        var history = History("1.19");
        history.Add(Stop(0, text, 10 * Second, 1_000, counted: false));

        Assert.Equal((expected, StopCause.Other), (history.Stops[0].Reason, history.Stops[0].Cause));
        Assert.False(history.Stops[0].CountedByRuntime);
        Assert.Equal(1_000, history.Stops[0].DurationNs);
    }

    [Fact]
    public void Stop_ReasonNotReadable_IsUnknownOrToldByItsNumber()
    {
        var record = Stop(0, "", 10 * Second, 1_000);
        record.TextLength = uint.MaxValue;
        record.Reason = 1;
        var old = History("1.19");
        old.Add(record);
        Assert.Equal("unknown", old.Stops[0].Reason);
        var current = History("1.26");
        current.Add(record);
        Assert.Equal(StopCause.MarkTermination, current.Stops[0].Cause);
    }

    [Fact]
    public void Stop_ImpossibleTimes_AreNotBelieved()
    {
        var history = History("1.26");
        var record = Stop(0, "read mem stats", 10 * Second, 1_000);
        record.Counted = ulong.MaxValue;
        record.Began = ulong.MaxValue / 2;
        record.Stopped = 3;
        history.Add(record);
        record.Started = 0;
        history.Add(record);

        Assert.Equal(1_000, history.Stops[0].DurationNs);
        Assert.False(history.Stops[0].CountedByRuntime);
        Assert.Null(history.Stops[0].StoppingNs);
        Assert.All(history.Stops, stop => Assert.True(stop.DurationNs >= 0 && stop.EndedNs >= stop.StartedNs));
    }

    [Fact]
    public void Past_Bounded_KeepsTheNewest()
    {
        var history = History("1.26", kept: 10);
        for (var i = 1; i <= 1_000; i++)
        {
            history.Add(Stop((ulong)i, "", (ulong)i * Second, 10));
            history.Add(Stop((ulong)i, "gcing", (ulong)i * Second + 100, 10));
            history.Add(Account((ulong)i, (ulong)i * Second + 200));
        }
        Assert.InRange(history.Cycles.Count, 5, 10);
        Assert.InRange(history.Stops.Count, 10, 20);
        Assert.InRange(history.Intervals.Count, 1, 100);
        Assert.Equal(1_000ul, history.Cycles[^1].Sequence);
        Assert.Equal(1_000, history.Totals.Cycles);
        Assert.Equal(1_000, history.Totals.Stops["GC mark termination"].Count);
    }

    [Fact]
    public void Reasons_ManyMadeUp_AreBounded()
    {
        var history = History("1.26");
        for (var i = 0; i < 500; i++)
            history.Add(Stop(0, $"reason {i}", 10 * Second, 1));
        Assert.InRange(history.Totals.Stops.Count, 2, 70);
        Assert.Equal(500, history.Totals.Stops.Values.Sum(stop => stop.Count));
    }

    static GcHistory History(string version, int kept = 100) => new(GcWordMap.Nothing("no runtime"), new GcHistoryContext
    {
        Version = GoVersion.TryParse("go" + version, out var parsed) ? parsed : throw new ArgumentException(version),
        Clock = static ns => DateTimeOffset.UnixEpoch.AddTicks(ns / 100),
        Frames = static _ => [],
        ReadMemory = static (_, _) => false,
        Sums = static _ => null,
        MaxKept = kept,
        MaxIntervals = 100,
    });

    static StopRecord Stop(ulong cycle, string text, ulong at, ulong duration, uint trigger = 255, bool counted = true)
    {
        var record = new StopRecord { Kind = GcRecordKind.Stop, Cycle = cycle, Asked = at, Started = at + duration, Counted = counted ? duration : 0, Trigger = trigger, TextLength = (uint)text.Length, TextRead = 1 };
        Encoding.ASCII.GetBytes(text).CopyTo(record.Text);
        return record;
    }

    static AccountRecord Account(ulong cycle, ulong at) => new() { Kind = GcRecordKind.Cycle, Cycle = cycle, Time = at };
}
