using System.Runtime.CompilerServices;
using Vitrine.DotNet.Async;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Tests.Async;

/// <summary>The list of tasks is the process's: nothing else may start operations meanwhile.</summary>
public sealed class AsyncInstrumentTests(ITestOutputHelper output) : IDisposable
{
    const string Here = "Vitrine.DotNet.Tests.Async.Workload";

    readonly AsyncInstrument _instrument = new();
    string _last = "";

    public void Dispose() => output.WriteLine(_last);

    sealed record Chain(string Frames, long Count, IReadOnlyList<Label> Labels);

    /// <summary>The workload's chains: frames with their lines, leaf first.</summary>
    List<Chain> Chains(AsyncTracking tracking)
    {
        var look = _instrument.Collect(SelfTarget.Instance, tracking, default);
        List<Chain> chains = [];
        foreach (var sample in look.Result.Samples)
        {
            List<string> frames = [];
            foreach (var index in sample.LocationIndexes)
            {
                var line = look.Result.Locations[index].Line(0);
                frames.Add(look.Result.Functions[line.Function].Name.Replace(Here + ".", "", StringComparison.Ordinal) + (line.LineNumber > 0 ? $":{line.LineNumber}" : ""));
            }
            chains.Add(new(string.Join(" < ", frames), sample.Values[0], [.. look.Result.LabelSets[sample.LabelSetIndex]]));
        }
        _last = $"{look.Consistency.Total} operations in {look.Duration.TotalMilliseconds:F1} ms\n" + string.Join('\n', chains.Select(static one => $"{one.Count} {one.Frames}"));
        return chains;
    }

    [Fact]
    public void Collect_EveryKindOfWait_IsAChainAtItsAwaitLines()
    {
        var work = new Workload();
        using var tracking = AsyncTracking.Start();
        work.Handle(40);
        work.Sleep(30);
        work.Queue(20);
        work.Gather(7);
        work.Settle();
        try
        {
            Dictionary<string, long> expected = new()
            {
                [$"(Task that is completed from elsewhere) < Repository:{work.RepositoryLine} < Service:{work.ServiceLine} < Handler:{work.HandlerLine}"] = 40,
                [$"(Task.Delay) < Sleeper:{work.SleeperLine}"] = 30,
                [$"(Task.Delay) < Sleeper:{work.SleeperLine} < Task.WhenAll < Gatherer:{work.GathererLine}"] = 7,
            };
            // An operation counts itself as waiting just before it waits: looked at until all do.
            List<Chain> chains = [];
            Assert.True(SpinWait.SpinUntil(() =>
            {
                chains = Chains(tracking);
                return expected.All(one => chains.Where(chain => chain.Frames == one.Key).Sum(static chain => chain.Count) == one.Value);
            }, TimeSpan.FromSeconds(20)), "not all chains were seen; the last look is in the output");
            Assert.Equal(20, chains.Where(one => one.Frames.EndsWith($"Queuer.Inside:{work.QueuerLine + 5} < Queuer:{work.QueuerLine}", StringComparison.Ordinal)
                && one.Frames.Contains("SemaphoreSlim.WaitAsync", StringComparison.Ordinal)).Sum(static one => one.Count));
        }
        finally
        {
            work.Dispose();
        }
    }

    [Fact]
    public void Collect_ThreeThousandOperations_ShowsAll()
    {
        var work = new Workload();
        using var tracking = AsyncTracking.Start();
        work.Handle(3000);
        work.Settle();
        try
        {
            Assert.True(SpinWait.SpinUntil(() => Chains(tracking).Where(static one => one.Frames.Contains("Repository", StringComparison.Ordinal)).Sum(static one => one.Count) == 3000
                && Chains(tracking).Count(static one => one.Frames.Contains("Repository", StringComparison.Ordinal)) == 1, TimeSpan.FromSeconds(20)));
        }
        finally
        {
            work.Dispose();
        }
    }

    [Fact]
    public void Collect_AThreadThatBlocksOnAnOperation_IsSaid()
    {
        var work = new Workload();
        using var tracking = AsyncTracking.Start();
        var blocked = work.Block();
        work.Settle();
        try
        {
            Assert.True(SpinWait.SpinUntil(() => Chains(tracking).Any(one => one.Frames.EndsWith($"Handler:{work.HandlerLine} < (a thread is blocked in Task.Wait)", StringComparison.Ordinal)), TimeSpan.FromSeconds(20)));
        }
        finally
        {
            work.Dispose();
            blocked.Join();
        }
    }

    [Fact]
    public void Collect_ASecondLook_KnowsHowLongAtLeast()
    {
        var work = new Workload();
        using var tracking = AsyncTracking.Start();
        work.Handle(5);
        work.Settle();
        try
        {
            Assert.All(Chains(tracking), static one => Assert.DoesNotContain(one.Labels, static label => label.Key == "waits_at_least"));
            Assert.True(SpinWait.SpinUntil(() => Chains(tracking).Any(static one => one.Count == 5
                && one.Labels.Any(static label => label is { Key: "waits_at_least", Number: >= 1, Unit: "seconds" })), TimeSpan.FromSeconds(20)));
        }
        finally
        {
            work.Dispose();
        }
    }

    [Fact]
    public void Dispose_OfTheLastTracking_SwitchesOffAndLetsEverythingGo()
    {
        Assert.False(TaskInternals.Enabled(null));
        var first = AsyncTracking.Start();
        var second = AsyncTracking.Start();
        var weak = Abandoned();
        first.Dispose();
        first.Dispose();
        Assert.True(TaskInternals.Enabled(null));
        Assert.NotEmpty(TaskInternals.Active(null)!);
        second.Dispose();

        Assert.False(TaskInternals.Enabled(null));
        Assert.Empty(TaskInternals.Active(null)!);
        Assert.True(SpinWait.SpinUntil(() => { GC.Collect(); return !weak.IsAlive; }, TimeSpan.FromSeconds(20)));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Abandoned()
        {
            var never = new TaskCompletionSource();
            return new(Forever(never.Task));
        }

        static async Task Forever(Task task) => await task;
    }

    [Fact]
    public void Start_WhenADebuggerHasSwitchedTheListOn_LeavesItAsItWas()
    {
        TaskInternals.Enabled(null) = true;
        try
        {
            AsyncTracking.Start().Dispose();
            Assert.True(TaskInternals.Enabled(null));
        }
        finally
        {
            TaskInternals.Enabled(null) = false;
            if (TaskInternals.Active(null) is { } active) lock (active) active.Clear();
        }
    }

    [Fact]
    public void Record_ForAWhile_ShowsWhatBeganMeanwhile_AndCleansUp()
    {
        var work = new Workload();
        var starter = new Thread(() =>
        {
            SpinWait.SpinUntil(static () => TaskInternals.Enabled(null), TimeSpan.FromSeconds(20));
            work.Handle(9);
            work.Settle();
        });
        starter.Start();
        using var stop = new CancellationTokenSource();
        var recorder = Task.Factory.StartNew(() => _instrument.Record(SelfTarget.Instance, TimeSpan.FromSeconds(60), stop.Token), TaskCreationOptions.LongRunning);
        starter.Join();
        stop.Cancel();
        var recording = recorder.GetAwaiter().GetResult();
        work.Dispose();

        Assert.True(recording.Samples >= 9);
        Assert.Contains("0.2", recording.Cost, StringComparison.Ordinal);
        Assert.False(TaskInternals.Enabled(null));
    }

    [Fact]
    public void AvailableFor_ThisProcess_IsYes()
    {
        Assert.True(_instrument.AvailableFor(SelfTarget.Instance).CanLook);
        Assert.True(TaskInternals.IsAvailable);
    }
}
