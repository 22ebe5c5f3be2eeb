using System.Diagnostics;
using Vitrine.DotNet.Labels;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.DotNet.Tests.Labels;

/// <summary>Which work a thread did at which time. Alone, because what is read is whether anything of the process asks.</summary>
public sealed class WorkHistoryTests
{
    const string SourceName = "vitrine.tests.work";

    static readonly ActivitySource s_source = new(SourceName);

    static ActivityListener Listen()
    {
        var listener = new ActivityListener { ShouldListenTo = static source => source.Name == SourceName, Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>A moment of a thread, with what it worked for.</summary>
    readonly record struct Moment(int Thread, long Time, string Trace, string Span, string Tenant);

    static Moment Now(string tenant) => new(
        ThreadClocks.CurrentThreadId, Stopwatch.GetTimestamp(), Activity.Current?.TraceId.ToHexString() ?? "", Activity.Current?.SpanId.ToHexString() ?? "", tenant);

    static void Matches(WorkHistory history, Moment moment)
    {
        var found = history.Find(moment.Thread, moment.Time);
        Assert.Equal(moment.Trace, found.TraceId);
        Assert.Equal(moment.Span, found.SpanId);
        Assert.Equal(moment.Tenant, found.Labels.SingleOrDefault(static one => one.Key == "tenant").Value ?? "");
    }

    [Fact]
    public async Task Find_RequestsThatHopBetweenThreads_AreKnownAtEveryMoment()
    {
        using var listener = Listen();
        using var history = WorkHistory.Start();
        var moments = new List<Moment>();

        async Task Request(int number)
        {
            using var activity = s_source.StartActivity("request");
            using var scope = ProfileLabels.Scope(("tenant", $"t{number}"));
            for (var i = 0; i < 20; i++)
            {
                var moment = Now($"t{number}");
                lock (moments) moments.Add(moment);
                if (i % 3 == 0) await Task.Delay(1);
                else await Task.Yield();
                if (i == 10)
                {
                    await Task.Run(() =>
                    {
                        using var child = s_source.StartActivity("child");
                        var inside = Now($"t{number}");
                        lock (moments) moments.Add(inside);
                    });
                }
            }
        }

        for (var attempt = 1; ; attempt++)
        {
            var begun = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, 30).Select(Request));
            // It can be asked within a second; on a busy machine it takes longer now and then, and a thread that has ended meanwhile is let go of.
            if (Stopwatch.GetTimestamp() - begun < ThreadWork.Retention / 2 || attempt == 20) break;
            moments.Clear();
        }

        Assert.Equal(30 * 21, moments.Count);
        Assert.True(moments.Select(static one => one.Thread).Distinct().Count() > 1);
        Assert.All(moments, moment => Matches(history, moment));
        Assert.Equal(0, history.Forgotten);
    }

    [Fact]
    public void Find_BeforeInsideAndAfterAScope_AnswersForEachTime()
    {
        using var listener = Listen();
        using var history = WorkHistory.Start();
        var before = Now("");
        Moment inside, nested;
        using (s_source.StartActivity("outer"))
        using (ProfileLabels.Scope(("tenant", "blue")))
        {
            inside = Now("blue");
            using (s_source.StartActivity("inner")) nested = Now("blue");
        }
        var after = Now("");

        Assert.NotEqual(inside.Span, nested.Span);
        foreach (var moment in (Moment[])[before, inside, nested, after]) Matches(history, moment);
        Assert.Equal([new("tenant", "blue"), new("trace_id", inside.Trace), new("span_id", inside.Span)], history.Find(inside.Thread, inside.Time).ToLabels());
    }

    [Fact]
    public void Find_MoreChangesThanAreKept_SaysThatItForgotAndAnswersForTheLatest()
    {
        using var history = WorkHistory.Start();
        Moment first = default, last = default;
        var thread = new Thread(() =>
        {
            using (ProfileLabels.Scope(("tenant", "first"))) first = Now("first");
            for (var i = 0; i < ThreadWork.MaximumCapacity; i++)
                using (ProfileLabels.Scope(("tenant", "middle"))) { }
            using (ProfileLabels.Scope(("tenant", "last"))) last = Now("last");
        });
        thread.Start();
        thread.Join();

        Matches(history, last);
        Assert.Equal(0, history.Forgotten);
        Assert.Same(WorkContext.None, history.Find(first.Thread, first.Time));
        Assert.Equal(1, history.Forgotten);
    }

    [Fact]
    public void Dispose_TheLast_StopsKeepingAndLetsGoOfActivities()
    {
        var (weak, history) = Record();
        var second = WorkHistory.Start();
        history.Dispose();
        history.Dispose();
        Assert.True(ProfileLabels.IsRead);
        second.Dispose();

        Assert.False(ProfileLabels.IsRead);
        Assert.True(SpinWait.SpinUntil(() => { GC.Collect(); return !weak.IsAlive; }, TimeSpan.FromSeconds(20)));

        static (WeakReference, WorkHistory) Record()
        {
            using var listener = Listen();
            var history = WorkHistory.Start();
            var activity = s_source.StartActivity("kept")!;
            var id = activity.SpanId.ToHexString();
            var now = Now("");
            activity.Dispose();
            Assert.Equal(id, history.Find(now.Thread, now.Time).SpanId);
            return (new(activity), history);
        }
    }

    [Fact]
    public void Find_ActivityThatIsOver_IsNotHeld()
    {
        using var history = WorkHistory.Start();
        var (weak, now, span) = Record();

        Assert.True(SpinWait.SpinUntil(() => { GC.Collect(); return !weak.IsAlive; }, TimeSpan.FromSeconds(20)), "the activity is held");
        Assert.Equal(span, history.Find(now.Thread, now.Time).SpanId);

        static (WeakReference, Moment, string) Record()
        {
            using var listener = Listen();
            using var activity = s_source.StartActivity("over")!;
            return (new(activity), Now(""), activity.SpanId.ToHexString());
        }
    }

    /// <summary>What lasts asks for labels only: then an activity costs nothing, and one that ended unseen is not taken for the work of later.</summary>
    [Fact]
    public void Find_LabelsOnlyBesideTraces_EachHasItsOwn()
    {
        using var listener = Listen();
        using var labels = WorkHistory.Start(traces: false);
        var changes = labels.Changes;
        s_source.StartActivity("unseen")!.Dispose();
        Assert.Equal(changes, labels.Changes);

        Moment first;
        using (var traces = WorkHistory.Start())
        using (ProfileLabels.Scope(("tenant", "blue")))
        {
            using (s_source.StartActivity("seen")) first = Now("blue");
            Matches(traces, first);
            Matches(labels, first with { Trace = "", Span = "" });

            // This activity ends when nobody follows activities.
            s_source.StartActivity("over");
        }
        Activity.Current!.Stop();
        Moment between;
        using (ProfileLabels.Scope(("tenant", "red"))) between = Now("red");
        using (var later = WorkHistory.Start())
        {
            Matches(later, first with { Trace = "", Span = "" });
            Matches(later, between);
            Matches(later, Now(""));
            using (ProfileLabels.Scope(("tenant", "green"))) Matches(later, Now("green"));
        }
    }

    [Fact]
    public void Find_RequestThatWasUnderWayBefore_IsKnownFromItsNextScopeOn()
    {
        using var listener = Listen();
        using var activity = s_source.StartActivity("before");
        Moment moment = default;
        // As a scope that another reader needed before: the work is there, and nobody has followed it.
        using var labels = WorkHistory.Start(traces: false);
        using var history = WorkHistory.Start();
        using (ProfileLabels.Scope(("tenant", "blue"))) moment = Now("blue");

        Matches(history, moment);
    }

    [Fact]
    public void Sweep_ThreadsThatEnded_GoAfterASecondOrTwo()
    {
        using var history = WorkHistory.Start();
        var before = history.HeldThreads;
        var changes = history.Changes;
        for (var i = 0; i < 20; i++)
        {
            var thread = new Thread(static () =>
            {
                using (ProfileLabels.Scope(("tenant", "short"))) { }
            });
            thread.Start();
            thread.Join();
        }
        Assert.True(history.Changes >= changes + 20);
        changes = history.Changes;

        var now = Stopwatch.GetTimestamp();
        history.Sweep(now);
        history.Sweep(now + 3 * ThreadWork.Retention);

        Assert.InRange(history.HeldThreads, 0, before + 5);
        Assert.True(history.Changes >= changes, "changes of threads that ended are not counted any more");
    }

    [Fact]
    public void Find_ManyContexts_StayBounded()
    {
        using var history = WorkHistory.Start();
        for (var i = 0; i < 10_000; i++)
        {
            Moment moment;
            using (ProfileLabels.Scope(("tenant", $"t{i}"))) moment = Now($"t{i}");
            Matches(history, moment);
        }

        Assert.InRange(history.HeldContexts, 1, 5_000);
    }

    [Fact]
    public void Scope_WhileHistoryIsKept_AllocatesNoMoreThanWithout()
    {
        static void Body()
        {
            using (ProfileLabels.Scope(("tenant", "blue"))) { }
        }

        using var labels = ProfileLabels.KeepReady();
        var without = AllocatedBytes.Of(Body, 2_000);
        using var history = WorkHistory.Start();
        for (var i = 0; i < ThreadWork.MaximumCapacity; i++) Body(); // the ring has grown to what it will be
        // What a scope allocates itself varies by nothing; a change that allocated would add 2,000 objects.
        Assert.InRange(AllocatedBytes.Of(Body, 2_000), 0, without + 2_000);
    }
}
