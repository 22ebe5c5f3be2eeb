using Vitrine.DotNet.Contention;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Events;
using Vitrine.DotNet.Exceptions;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Nettrace;
using Vitrine.DotNet.Tests.Nettrace;
using Vitrine.DotNet.Waits;

namespace Vitrine.DotNet.Tests.Events;

/// <summary>What the runtime dropped is a gap in the numbers of a thread's events: nothing may be paired across it.</summary>
public sealed class LostEventsTests
{
    // StreamBuilder's kinds of events have the number 100 + their id.
    const int Start = RuntimeEventId.WaitHandleWaitStart - 100, Stop = RuntimeEventId.WaitHandleWaitStop - 100;
    static readonly byte[] Source = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    static WaitTally Read(Func<StreamBuilder, StreamBuilder> fill)
    {
        var tally = new WaitTally();
        var stream = new StreamBuilder().Definition(Start, RuntimeEventId.Provider).Definition(Stop, RuntimeEventId.Provider).Stacks(1, [0xa, 0xa1], [0xb, 0xb1]);
        NettraceReader.Read(new MemoryStream(fill(stream).ToArray()), new CountingSink(new WaitSink(tally)));
        return tally;
    }

    [Fact]
    public void Wait_StopAndNextStartDropped_IsNoWaitAtTheFirstStack()
    {
        var tally = Read(static stream => stream
            .Events(StreamBuilder.Event(Start, 1, 7, 1, 1_000, Source), StreamBuilder.Event(Start, 1, 8, 2, 1_000, Source))
            .Events(StreamBuilder.Event(Stop, 4, 7, 0, 10_000_001_000, []), StreamBuilder.Event(Stop, 2, 8, 0, 10_000_001_000, [])));

        // The thread that lost nothing is paired as ever.
        var row = tally.Rows(now: 20_000_000_000).Single();
        Assert.Equal([0xb, 0xb1], tally.Stacks[row.Key.Stack].ToArray());
        Assert.False(row.Key.IsUnfinished);
        Assert.Equal(2, tally.Unpaired);
    }

    [Fact]
    public void Wait_StopDroppedAndSaidByASequencePoint_DoesNotGoOn()
    {
        var tally = Read(static stream => stream.Events(StreamBuilder.Event(Start, 1, 7, 1, 1_000, Source), StreamBuilder.Event(Start, 1, 8, 2, 1_000, Source)).Point((7, 2), (8, 1)));

        var row = tally.Rows(now: 20_000_000_000).Single();
        Assert.Equal((true, 0xbul), (row.Key.IsUnfinished, tally.Stacks[row.Key.Stack][0]));
    }

    [Fact]
    public void Wait_EventThatCannotBeRead_IsAsOneThatWasLost()
    {
        var tally = Read(static stream => stream.Events(StreamBuilder.Event(Start, 1, 7, 1, 1_000, Source)).Events(StreamBuilder.Event(Start, 2, 7, 2, 2_000, [])).Events(StreamBuilder.Event(Stop, 3, 7, 0, 3_000, [])));

        Assert.Empty(tally.Rows(now: 20_000_000_000));
    }

    [Fact]
    public void Contention_StopAndNextStartDropped_IsNoWaitForTheFirstLock()
    {
        var fraction = new SamplingFraction();
        fraction.Set(1);
        var tally = new ContentionTally(fraction);
        tally.Start(7, 1_000, [0xa], lockId: 1, owner: 9);
        tally.Lost(7, 2);
        tally.Stop(7, 10e9);

        var sums = tally.Read(ticks: 20_000_000_000, 1);
        Assert.Empty(sums.Rows);
        Assert.Equal((2, 2), (sums.Lost, sums.Unpaired));
    }

    [Fact]
    public void Exception_ThrowDropped_IsNotTheLastOneThrownAgain()
    {
        var tally = new ExceptionTally(keepMessages: false);
        tally.Throw(7, 0, [0xa], "A", "", isRethrown: false);
        tally.Catch(7, 0, [0xb]);
        tally.Lost(7); // the end of that handler, and the throw of another
        tally.Catch(7, 0, [0xc]);

        Assert.Equal((1, 0), (tally.Thrown, tally.Rethrown));
    }

    /// <summary>In a time namespace of its own, a process's monotonic clock may be days away from the viewer's.</summary>
    [Fact]
    public void EndTicks_AreOfTheTargetsClock()
    {
        var clock = new NettraceClock(DateTimeOffset.UnixEpoch, 5_000, 1_000, 8, 1, 1);
        var end = new EventWatchEnd(DateTimeOffset.UnixEpoch, new(TimeSpan.FromSeconds(3), 0, 0, 0, false, [], ""), default, clock, 0, 0, "", false, MethodMap.Empty);

        Assert.Equal((8_000, 1e6), (end.EndTicks, end.NanosecondsPerTick));
    }
}
