using System.Diagnostics;
using System.Diagnostics.Tracing;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Nettrace;
using Vitrine.TestTargets;

namespace Vitrine.DotNet.Tests.Diagnostics;

public sealed class EventRecordingTests
{
    sealed class Counter : INettraceSink
    {
        public Dictionary<(string Provider, int Id), int> Events { get; } = [];
        public int Stacks { get; private set; }
        public NettraceSummary? Summary { get; private set; }

        public void OnEvent(in NettraceEvent e)
        {
            Events[(e.Provider, e.Id)] = Events.GetValueOrDefault((e.Provider, e.Id)) + 1;
            if (!e.Stack.IsEmpty) Stacks++;
        }

        public void OnEnd(in NettraceSummary summary) => Summary = summary;
    }

    static void Throw(int times)
    {
        for (var i = 0; i < times; i++)
        {
            try
            {
                throw new InvalidOperationException("counted");
            }
            catch (InvalidOperationException)
            {
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Recording_Exceptions_AreAllThere(bool isLive)
    {
        var sink = new Counter();
        using var recording = EventRecording.Start(DiagnosticPort.OfSelf(), new()
        {
            Providers = [EventProvider.Runtime(RuntimeKeywords.Exception, System.Diagnostics.Tracing.EventLevel.Error)],
            Live = isLive ? sink : null,
        });

        Throw(500);
        var end = recording.Stop();
        if (!isLive) recording.Read(sink);

        Assert.Equal("", end.Problem);
        Assert.False(end.IsCutOff);
        Assert.Equal(0, end.DroppedEvents);
        Assert.True(sink.Summary!.Value.IsComplete);
        Assert.Equal(0, sink.Summary.Value.DisorderedEvents);
        Assert.InRange(sink.Events.GetValueOrDefault((EventProviders.Runtime, 80)), 500, 510);
        Assert.InRange(sink.Stacks, 500, 10_000);
        Assert.Equal(isLive ? 2 : 1, end.ReaderThreadIds.Count);
    }

    [EventSource(Name = "Vitrine-Tests-Storm")]
    sealed class Storm : EventSource
    {
        [Event(1, Level = EventLevel.Informational)]
        public void Write(int number, string text) => WriteEvent(1, number, text);
    }

    /// <summary>Makes an event source as soon as the list of methods comes: while the runtime holds the lock that a new event source needs.</summary>
    sealed class MakesEventSource : INettraceSink
    {
        EventSource? _made;

        public int Made => _made is null ? 0 : 1;

        public void OnEvent(in NettraceEvent e)
        {
            if (e.Provider == EventProviders.Rundown) _made ??= new EventSource($"Vitrine-Tests-{Guid.NewGuid()}");
        }
    }

    [Theory]
    [InlineData(16 << 20)]
    [InlineData(64 << 10)] // the list of methods is longer: the bytes that nobody takes are thrown away
    public void Stop_SinkThatWaitsForTheSessionsEnd_Ends(int bytes)
    {
        // dotnet/runtime#1892. A reader that does its work on the thread that drains never comes back from here.
        var sink = new MakesEventSource();
        using var recording = EventRecording.Start(DiagnosticPort.OfSelf(), new()
        {
            Providers = [EventProvider.Runtime(RuntimeKeywords.Exception, EventLevel.Error)],
            Rundown = true,
            Live = sink,
            MaximumBytes = bytes,
        });
        Throw(10);

        var stop = Task.Run(recording.Stop);

        Assert.True(stop.Wait(TimeSpan.FromSeconds(60)), "Stop did not end");
        Assert.Equal(1, sink.Made);
    }

    [Fact]
    public void Stop_WhileOthersMakeEventSources_Ends()
    {
        var isOver = false;
        var maker = Task.Run(() =>
        {
            for (var i = 0; !Volatile.Read(ref isOver); i++)
            {
                using var source = new EventSource($"Vitrine-Tests-{i}");
            }
        });
        for (var i = 0; i < 5; i++)
        {
            using var recording = EventRecording.Start(DiagnosticPort.OfSelf(), new() { Providers = [EventProvider.Runtime(RuntimeKeywords.Gc)], Rundown = true });
            var stop = Task.Run(recording.Stop);
            Assert.True(stop.Wait(TimeSpan.FromSeconds(60)), "Stop did not end");
            Assert.Equal("", stop.Result.Problem);
        }
        Volatile.Write(ref isOver, true);
        maker.Wait();
    }

    [FullRunOnly("a storm of events and a sink that is slow on purpose")]
    [Fact]
    public void Stop_StormAndSlowSink_EveryEventIsSeenOrCounted()
    {
        const int written = 200_000;
        using var storm = new Storm();
        var sink = new SlowCounter("Vitrine-Tests-Storm");
        using var recording = EventRecording.Start(DiagnosticPort.OfSelf(), new()
        {
            Providers = [new("Vitrine-Tests-Storm", ulong.MaxValue, EventLevel.Verbose)],
            Live = sink,
            BufferMegabytes = 1,
            MaximumBytes = 256 << 10,
        });
        var text = new string('x', 300);
        for (var i = 0; i < written; i++)
            storm.Write(i, text);

        var end = recording.Stop();

        Assert.Equal("", end.Problem);
        Assert.Equal(0, end.DiscardedBytes);
        Assert.True(end.DroppedEvents > 0, "the storm was too weak to fill the buffers");
        Assert.Equal(written, sink.Count + end.DroppedEvents);
    }

    sealed class SlowCounter(string provider) : INettraceSink
    {
        public long Count { get; private set; }

        public void OnEvent(in NettraceEvent e)
        {
            if (e.Provider != provider || e.Id == 0xfffe) return;
            if (++Count % 100 == 0) Thread.Sleep(1);
        }
    }

    /// <summary>Fails at the first event, or waits there until it is freed.</summary>
    sealed class StuckSink(Action<ManualResetEventSlim> act) : INettraceSink, IDisposable
    {
        public ManualResetEventSlim Gate { get; } = new();
        public int Ends { get; private set; }

        public void OnEvent(in NettraceEvent e)
        {
            if (e.Provider == "Vitrine-Tests-Storm") act(Gate);
        }

        public void OnEnd(in NettraceSummary summary) => Ends++;

        public void Dispose() => Gate.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Problem_SinkThatStandsStillOrFails_IsKnownAtOnceAndEndsTheSession(bool stands)
    {
        using var storm = new Storm();
        using var sink = new StuckSink(gate =>
        {
            if (!stands) throw new InvalidOperationException("it is broken");
            gate.Wait();
        });
        using var recording = EventRecording.Start(DiagnosticPort.OfSelf(), new()
        {
            Providers = [new("Vitrine-Tests-Storm", ulong.MaxValue, EventLevel.Verbose)],
            Live = sink,
            MaximumBytes = 64 << 10,
        });
        Assert.Equal("", recording.Problem);
        var text = new string('x', 300);

        Assert.True(SpinWait.SpinUntil(() =>
        {
            for (var i = 0; i < 100; i++) storm.Write(i, text);
            Thread.Sleep(1);
            return recording.Problem.Length > 0;
        }, TimeSpan.FromSeconds(60)), "nobody is told");
        Assert.Contains(stands ? "stood still" : "it is broken", recording.Problem, StringComparison.Ordinal);
        // The process does not go on paying for events that nobody reads.
        Assert.True(SpinWait.SpinUntil(() => recording.HasEnded && !storm.IsEnabled(), TimeSpan.FromSeconds(30)), "the session goes on");
        Assert.True(recording.Wait(TimeSpan.FromHours(1), default), "that is taken for the process's end");

        sink.Gate.Set();
        if (stands) Assert.Equal((true, recording.Problem), (recording.Stop().IsCutOff, recording.Stop().Problem));
        else Assert.Throws<InvalidOperationException>(recording.Stop);
        Assert.Equal(1, sink.Ends);
    }

    [Fact]
    public void Stop_SlowSinkWithMoreThanItsPatienceInOnePiece_IsNotGivenUp()
    {
        const int written = 6_000;
        using var storm = new Storm();
        var count = 0;
        // What is in memory takes several seconds at a millisecond for each.
        using var sink = new StuckSink(_ =>
        {
            count++;
            Thread.Sleep(1);
        });
        using var recording = EventRecording.Start(DiagnosticPort.OfSelf(), new()
        {
            Providers = [new("Vitrine-Tests-Storm", ulong.MaxValue, EventLevel.Verbose)],
            Live = sink,
            BufferMegabytes = 1,
            MaximumBytes = 2 << 20,
            Stacks = false,
        });
        var text = new string('x', 300);
        for (var i = 0; i < written; i++)
            storm.Write(i, text);

        var end = recording.Stop();

        Assert.Equal("", end.Problem);
        Assert.InRange(count + end.DroppedEvents, written, written + 1); // the source's own description may be one
    }

    [Fact]
    public void Stop_KeptRecordingThatIsFull_IsCutOff()
    {
        using var storm = new Storm();
        using var recording = EventRecording.Start(DiagnosticPort.OfSelf(), new()
        {
            Providers = [new("Vitrine-Tests-Storm", ulong.MaxValue, EventLevel.Verbose)],
            MaximumBytes = 1 << 20,
        });
        var text = new string('x', 1000);
        for (var i = 0; i < 5000; i++)
            storm.Write(i, text);

        var end = recording.Stop();
        var sink = new Counter();
        var summary = recording.Read(sink);

        Assert.True(end.IsCutOff);
        Assert.Contains("full", end.Problem, StringComparison.Ordinal);
        Assert.True(end.DiscardedBytes > 5 << 20);
        Assert.False(summary.IsComplete);
        Assert.InRange(sink.Events[("Vitrine-Tests-Storm", 1)], 300, 600);
    }

    [Fact]
    public void Stop_ProcessThatIsStopped_EndsInTime()
    {
        using var sample = new SteadySample("throw");
        using var recording = EventRecording.Start(DiagnosticPort.Of(sample.Pid), new()
        {
            Providers = [EventProvider.Runtime(RuntimeKeywords.Exception, EventLevel.Error)],
            StopPatience = TimeSpan.FromSeconds(1),
        });
        sample.Signal("STOP");
        try
        {
            var end = Task.Run(recording.Stop);

            Assert.True(end.Wait(TimeSpan.FromSeconds(30)), "Stop did not end");
            Assert.True(end.Result.IsCutOff);
            Assert.Contains("did not end the session within 1 s", end.Result.Problem, StringComparison.Ordinal);
        }
        finally
        {
            sample.Signal("CONT");
        }
    }

    [Fact]
    public void Wait_ProcessThatEnds_SaysSo()
    {
        using var sample = new SteadySample("throw");
        var sink = new Counter();
        using var recording = EventRecording.Start(DiagnosticPort.Of(sample.Pid), new() { Providers = [EventProvider.Runtime(RuntimeKeywords.Exception, EventLevel.Error)], Live = sink });
        Assert.True(recording.Wait(TimeSpan.FromMilliseconds(500), default));
        sample.Kill();

        Assert.False(recording.Wait(TimeSpan.FromSeconds(30), default));
        var end = recording.Stop();

        Assert.True(end.IsCutOff);
        Assert.Contains("the process ended the session", end.Problem, StringComparison.Ordinal);
        Assert.InRange(sink.Events.GetValueOrDefault((EventProviders.Runtime, 80)), 1, 1000);
    }

    [Fact]
    public void Read_AnotherProcess_CountsItsExceptions()
    {
        using var sample = new SteadySample("throw");
        using var recording = EventRecording.Start(DiagnosticPort.Of(sample.Pid), new() { Providers = [EventProvider.Runtime(RuntimeKeywords.Exception, EventLevel.Error)] });
        var before = sample.Ask()[6];
        Thread.Sleep(500);
        var after = sample.Ask()[6];
        recording.Stop();
        var sink = new Counter();
        recording.Read(sink);

        // One may be thrown before and counted after, at each end; between the start and the first answer, and after the last, a few more.
        Assert.InRange(sink.Events[(EventProviders.Runtime, 80)], after - before - 2, after - before + 100);
    }
}
