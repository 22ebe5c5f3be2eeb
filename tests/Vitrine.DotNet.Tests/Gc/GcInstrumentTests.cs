using System.Runtime.CompilerServices;
using Vitrine.DotNet.Gc;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Tests.Gc;

/// <summary>Collections are the process's: nothing else runs beside.</summary>
public sealed class GcInstrumentTests(ITestOutputHelper output)
{
    static object? s_keep;

    /// <summary>Collections of all kinds; the truth is what the collector says of each right after it.</summary>
    static List<GCMemoryInfo> Collect()
    {
        List<GCMemoryInfo> truth = [];
        // A heap that grew since its last full collection has young ones turned into full ones that run beside the program.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        void Note()
        {
            var info = GC.GetGCMemoryInfo(GCKind.Any);
            if (truth.Count == 0 || truth[^1].Index != info.Index) truth.Add(info);
        }
        for (var round = 0; round < 5; round++)
        {
            s_keep = Enumerable.Range(0, 1000).Select(static i => new byte[i]).ToArray();
            GC.Collect(0);
            Note();
            s_keep = new byte[200_000];
            GC.Collect(1);
            Note();
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: round % 2 == 0);
            Note();
        }
        return truth;
    }

    GcRecording While(Action work, TimeSpan? longest = null)
    {
        using var stop = new CancellationTokenSource();
        var worker = Task.Factory.StartNew(() =>
        {
            try
            {
                Thread.Sleep(200); // the session has begun, else the first collections are missing and the test says so
                work();
            }
            finally
            {
                stop.Cancel();
            }
        }, TaskCreationOptions.LongRunning);
        var recording = new GcInstrument().Record(SelfTarget.Instance, longest ?? TimeSpan.FromSeconds(60), stop.Token);
        var text = new StringWriter();
        GcTable.Write(recording, text);
        output.WriteLine(text.ToString());
        worker.GetAwaiter().GetResult();
        return recording;
    }

    [Fact]
    public void Record_EveryCollection_AgreesWithTheCollectorItself()
    {
        List<GCMemoryInfo> truth = [];
        var (before, after) = (new int[3], new int[3]);
        TimeSpan paused = default;
        var recording = While(() =>
        {
            for (var i = 0; i < 3; i++) before[i] = GC.CollectionCount(i);
            var pausedBefore = GC.GetTotalPauseDuration();
            truth = Collect();
            paused = GC.GetTotalPauseDuration() - pausedBefore;
            for (var i = 0; i < 3; i++) after[i] = GC.CollectionCount(i);
        });

        // CollectionCount(0) counts every collection, as their numbers do.
        var seen = recording.Collections.Where(one => one.Number > before[0] && one.Number <= after[0]).ToList();
        Assert.Equal(Enumerable.Range(before[0] + 1, after[0] - before[0]), seen.Select(static one => one.Number).Order());
        for (var generation = 0; generation < 3; generation++)
            Assert.Equal(after[generation] - before[generation], seen.Count(one => one.Generation >= generation));
        Assert.Equal(0, recording.Lost);

        // Of one that ran beside the program the collector's own record may be from before its end.
        var blocking = truth.Where(info => seen.Exists(one => one.Number == info.Index && one.Type == GcType.Blocking)).ToList();
        Assert.InRange(blocking.Count, 10, 15);
        foreach (var info in blocking)
        {
            var one = seen.Single(one => one.Number == info.Index);
            Assert.Equal(info.Generation, one.Generation);
            Assert.Equal(info.Compacted, one.IsCompacting.Value);
            Assert.False(info.Concurrent);
            Assert.Equal("Induced", one.Reason[..7]);
            Assert.Equal(info.PinnedObjectsCount, one.PinnedObjects.Value);
            // By heap in one, by generation in the other: the collector's two counts differ by a percent or two.
            Assert.InRange(one.Promoted.Value, info.PromotedBytes * 0.95, info.PromotedBytes * 1.05);
            for (var generation = 0; generation < 5; generation++)
            {
                // Of generations that were not collected the collector keeps the size before and after from another moment.
                if (generation > info.Generation && info.Generation < 2) continue;
                Assert.Equal(info.GenerationInfo[generation].SizeBeforeBytes, one.Generations[generation].Before.Value);
                Assert.Equal(info.GenerationInfo[generation].SizeAfterBytes, one.Generations[generation].After.Value);
            }
        }
        // The events' pauses also have the way out of the pause in them: microseconds, unless the machine is busy.
        var total = seen.Aggregate(TimeSpan.Zero, static (sum, one) => sum + one.PauseTotal);
        output.WriteLine($"paused {total.TotalMilliseconds} ms by events, {paused.TotalMilliseconds} ms by the collector");
        Assert.InRange(total, paused - TimeSpan.FromMilliseconds(0.01 * seen.Count), paused * 1.5 + TimeSpan.FromMilliseconds(5 * seen.Count));
    }

    [Fact]
    public void Record_ABackgroundCollection_HasSeveralPausesAndItsOwnKind()
    {
        var before = 0;
        var recording = While(() =>
        {
            // A heap that takes some time to mark.
            s_keep = Enumerable.Range(0, 200_000).Select(static i => new object[] { i }).ToArray();
            before = GC.CollectionCount(0);
            // Whether one that need not block runs beside the program is the collector's to decide.
            Assert.True(SpinWait.SpinUntil(() =>
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: false);
                return SpinWait.SpinUntil(() => GC.GetGCMemoryInfo(GCKind.Background).Index > before, TimeSpan.FromSeconds(1));
            }, TimeSpan.FromSeconds(30)));
            s_keep = null;
        });

        var background = recording.Collections.Where(static one => one.Type == GcType.Background).ToList();
        Assert.NotEmpty(background);
        Assert.All(background, static one =>
        {
            Assert.InRange(one.Pauses.Count, 1, 4);
            Assert.True(one.PauseTotal < one.Duration.Value + TimeSpan.FromMilliseconds(50));
            Assert.Equal(2, one.Generation);
        });
    }

    [Fact]
    public async Task Watch_UntilCancelled_GivesCollectionsAndPauses()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        List<InstrumentEvent> events = [];
        var collecting = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                Pressure();
                GC.Collect(0);
                await Task.Delay(20);
            }
        });
        await foreach (var one in new GcInstrument().Watch(SelfTarget.Instance, stop.Token))
        {
            events.Add(one);
            if (events.Count(static e => e.Name == "dotnet.gc.collection") >= 3) await stop.CancelAsync();
        }
        await collecting;

        Assert.True(events.Count(static e => e.Name == "dotnet.gc.collection") >= 3);
        Assert.All(events.Where(static e => e.Name == "dotnet.gc.pause"), static e => Assert.True(e.Duration > TimeSpan.Zero));
        Assert.All(events, static e => Assert.Equal(e.Attributes.Select(static a => a.Key).Order(StringComparer.Ordinal), e.Attributes.Select(static a => a.Key)));
    }

    /// <summary>Watches while the process collects garbage all the time.</summary>
    static async Task<List<InstrumentEvent>> WatchCollecting(GcInstrument instrument, TimeSpan between, Predicate<InstrumentEvent> isLast)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var isOver = false;
        var collecting = Task.Run(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                GC.Collect(0);
                Thread.Sleep(5);
            }
        });
        List<InstrumentEvent> events = [];
        try
        {
            await foreach (var one in instrument.Watch(SelfTarget.Instance, stop.Token))
            {
                events.Add(one);
                if (isLast(one)) break;
                await Task.Delay(between, CancellationToken.None);
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            await collecting;
        }
        Assert.False(stop.IsCancellationRequested, "the watch went on");
        return events;
    }

    [Fact]
    public async Task Watch_BeyondTheBudget_EndsAndSaysSo()
    {
        var events = await WatchCollecting(new(new() { EventsPerSecond = 2 }), TimeSpan.Zero, static _ => false);

        Assert.Contains(events.Where(static one => one.Name == "dotnet.gc.note"), static one => one.Attributes.Single().Value.StartsWith("Cut off", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watch_ReaderThatIsTooSlow_IsToldWhatItMissed()
    {
        var events = await WatchCollecting(new() { MaximumWaiting = 1 }, TimeSpan.FromMilliseconds(100), static one => one.Name == "dotnet.gc.note");

        Assert.Contains("collections are left out", events[^1].Attributes.Single().Value, StringComparison.Ordinal);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Pressure() => s_keep = new byte[10_000];

    [Fact]
    public void AvailableFor_SomethingElse_SaysWhy()
    {
        var target = new Stranger();
        Assert.False(new GcInstrument().AvailableFor(target).CanLook);
        Assert.Throws<InstrumentUnavailableException>(() => new GcInstrument().Record(target, TimeSpan.Zero, default));
    }

    sealed class Stranger : ITarget
    {
        public int Pid => 1;
        public RuntimeKind Runtime => RuntimeKind.Go;
        public string RuntimeVersion => "go1.26";
        public string Name => "stranger";
    }
}
