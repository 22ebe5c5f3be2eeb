using Vitrine.DotNet.Starvation;
using Vitrine.DotNet.Threads;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Starvation;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Insight.Tests.Starvation;

public sealed class StarvationFinderTests
{
    const int Seconds = 20;

    static readonly DateTimeOffset s_start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A recording of 20 s in which so many workers stood in waits for tasks and for other things, in the mean.</summary>
    static StarvationRecord Record(double onTasks, double onOthers, int secondsWithAdjustments)
    {
        var builder = new ProfileBuilder(new SampleType("contentions", "count"), new SampleType("delay", "nanoseconds")) { DurationNanos = Seconds * 1_000_000_000L };
        Add("task", onTasks, "System.Threading.Tasks.Task.InternalWait", "Shop.Ask", "Shop.Order");
        Add("lock", onOthers, "System.Threading.Lock.Enter", "Shop.Reserve");
        var profile = builder.Build();
        var recording = new Recording(new(profile, s_start, TimeSpan.FromSeconds(Seconds), new() { Total = 1, Accepted = 1 }, []), 1, 0, "");
        return new(recording, [.. Enumerable.Range(0, secondsWithAdjustments).SelectMany(static second => new[] { 0.1, 0.6 }.Select(part => new PoolAdjustment(s_start.AddSeconds(second + part), second, "Starvation")))],
            TimeSpan.FromSeconds((onTasks + onOthers) * Seconds), TimeSpan.FromSeconds(onTasks * Seconds), Known<long>.Unknown("it is another process"), Known<long>.Unknown("it is another process"));

        void Add(string waitsFor, double workers, params string[] stack)
        {
            if (workers > 0)
                builder.AddSample([.. stack.Select(name => builder.Location(-1, 0, [new Line(builder.Function(name), 0)]))], [10, (long)(workers * Seconds * 1e9)], [new("waits_for", waitsFor)]);
        }
    }

    static List<PoolLook> Pool(int workers, Func<int, int> queued) => [.. Enumerable.Range(0, Seconds + 1).Select(second => new PoolLook(TimeSpan.FromSeconds(second), workers, queued(second)))];

    [Fact]
    public void Find_MostWorkersWaitForTasksAndWorkWaits_IsAFault_WithThePlaceAndAComputedConfidence()
    {
        var finding = StarvationFinder.Find(Record(onTasks: 18, onOthers: 0, secondsWithAdjustments: 5), Pool(20, static second => 10 * second + 1));

        Assert.Equal(Verdict.Fault, finding.Verdict);
        Assert.Contains("sync over async", finding.Title, StringComparison.Ordinal);
        // 0.9 of the workers, and 21 of 21 looks: Wilson's lower bound is 0.845.
        Assert.Equal(0.9 * 0.845, finding.Confidence.Value, 0.005);
        Assert.Contains(finding.Evidence, static one => one.Statement.Contains("below Shop.Ask", StringComparison.Ordinal));
        Assert.Contains(finding.Evidence, static one => one.Statement.Contains("21 of 21 looks", StringComparison.Ordinal));
        Assert.NotEmpty(finding.NextSteps);
    }

    /// <summary>A pool that was allowed to grow has a thread for each wait: no work waits any more, and the threads are the fault.</summary>
    [Fact]
    public void Find_ThePoolGrowsUntilNothingWaits_IsAFaultByThePoolsOwnDecisions()
    {
        var finding = StarvationFinder.Find(Record(onTasks: 50, onOthers: 0, secondsWithAdjustments: Seconds), Pool(52, static _ => 0));

        Assert.Equal(Verdict.Fault, finding.Verdict);
        Assert.Contains("the pool wants more because of it", finding.Confidence.Computation, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_AFewWaitsAndNoQueue_IsASuspect()
    {
        var finding = StarvationFinder.Find(Record(onTasks: 2, onOthers: 0, secondsWithAdjustments: 1), Pool(20, static _ => 0));

        Assert.Equal(Verdict.Suspect, finding.Verdict);
        Assert.InRange(finding.Confidence.Value, 0, 0.1);
    }

    [Fact]
    public void Find_ABusyPoolOrOneThatWaitsForLocks_IsNone()
    {
        var busy = StarvationFinder.Find(Record(onTasks: 0.1, onOthers: 0, secondsWithAdjustments: 0), Pool(8, static _ => 500));
        var locks = StarvationFinder.Find(Record(onTasks: 0, onOthers: 15, secondsWithAdjustments: Seconds), Pool(20, static _ => 50));

        Assert.Equal((Verdict.None, "thread pool: no sign of starvation"), (busy.Verdict, busy.Title));
        Assert.Equal((Verdict.None, "thread pool: workers wait, and not for tasks"), (locks.Verdict, locks.Title));
    }

    [Fact]
    public void Find_NobodyKnowsTheQueue_IsNoMoreThanASuspect()
    {
        var finding = StarvationFinder.Find(Record(onTasks: 30, onOthers: 10, secondsWithAdjustments: Seconds), []);

        Assert.Equal(Verdict.Suspect, finding.Verdict);
        Assert.Equal(0.75, finding.Confidence.Value, 3);
        Assert.StartsWith("How long the queue is", finding.Unknowns[0], StringComparison.Ordinal);
    }
}
