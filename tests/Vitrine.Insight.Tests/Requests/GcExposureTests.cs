using Vitrine.Go.Probes.Http;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Requests;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;

namespace Vitrine.Insight.Tests.Requests;

/// <summary>Requests and collections made up in milliseconds: who met whom, and what follows.</summary>
public sealed class GcExposureTests
{
    const long Ms = 1_000_000;
    static readonly TimeSpan Age = TimeSpan.FromMilliseconds(200);
    static readonly HttpRoute Route = new("GET", "/report", true);

    [Fact]
    public void Analyse_OnlyRequestsThatWereOldEnoughCount()
    {
        HttpRequest old = Request(1000, 1500, gcMs: 5), young = Request(1150, 1600), over = Request(500, 1290), short_ = Request(1260, 1290), control = Request(2000, 2300);
        var report = GcExposure.Analyse(Report([old, young, over, short_, control], [new(1300 * Ms, 1310 * Ms, false)]), Age);

        var exposed = Assert.Single(report.Exposed);
        Assert.Same(old, exposed.Request);
        Assert.Equal(300 * Ms, exposed.AgeAtStartNs);
        Assert.Equal(0.01, exposed.GcShare!.Value, 6);
        // The young one met the collection and is in neither group; one ended before it; one is too short.
        var route = Assert.Single(report.Routes);
        Assert.Equal((1, 2), (route.Exposed, route.Control));
        Assert.Null(route.Difference);
        Assert.Equal(Verdict.None, route.Finding.Verdict);
        Assert.Contains("not enough data", route.Finding.Title, StringComparison.Ordinal);
        Assert.NotEmpty(route.Finding.Evidence);
    }

    [Fact]
    public void Analyse_CollectionFromBeforeTheWatch_ExposesNobodyAndSpoilsTheControl()
    {
        var report = GcExposure.Analyse(Report([Request(900, 1500)], [new(1000 * Ms, 1200 * Ms, true)]), Age);
        Assert.Empty(report.Exposed);
        Assert.Empty(report.Routes);
    }

    [Fact]
    public void Analyse_RequestThatStillRuns_IsExposedAndNotCompared()
    {
        var running = new HttpInFlight
        {
            Line = new HttpRequestLine { Method = "GET", Path = "/report" }, Route = Route, StartedNs = 1000 * Ms, AgeNs = 9000 * Ms, AgeIsLowerBound = false, Hijacked = false,
            GoroutineId = 7, Doing = "sleep", Frames = [], Split = Split(9000, 90, 0),
        };
        var report = GcExposure.Analyse(Report([], [new(1300 * Ms, 1310 * Ms, false), new(2300 * Ms, null, false)], [running]), Age);
        var exposed = Assert.Single(report.Exposed);
        Assert.Equal(2, exposed.Collections);
        Assert.Equal(0.01, exposed.GcShare!.Value, 6);
        Assert.Equal((1, 0), (report.Routes[0].Exposed, report.Routes[0].ExposedEnded));
    }

    [Fact]
    public void Analyse_DelayThatIsTheCollectors_IsCalledThat()
    {
        // 300 ms of work each; those that meet a collection lose 60 ms to it.
        var route = Compare(extraMs: 60, gcMs: 60, runnableMs: 0);
        Assert.Equal(Verdict.Suspect, route.Finding.Verdict);
        Assert.Contains("in stops of the world and mark assist", route.Finding.Title, StringComparison.Ordinal);
        Assert.InRange(route.Difference!.Value.Shift, 55 * Ms, 65 * Ms);
        Assert.InRange(route.DifferenceWithoutGc!.Value.Shift, -5 * Ms, 5 * Ms);
        Assert.InRange(route.Finding.Confidence.Value, 0.95, 1);
    }

    [Fact]
    public void Analyse_DelayBesideTheCollectorsWorkers_IsSaidApart()
    {
        var route = Compare(extraMs: 60, gcMs: 5, runnableMs: 55);
        Assert.Equal(Verdict.Suspect, route.Finding.Verdict);
        Assert.Contains("beside the collector's workers", route.Finding.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Analyse_LongRequestsThatMeetCollectionsBecauseTheyAreLong_AreNotBlamedOnThem()
    {
        // The trap: 60 ms longer for a reason of their own, and 1 ms of collection.
        var route = Compare(extraMs: 60, gcMs: 1, runnableMs: 2);
        Assert.Equal(Verdict.None, route.Finding.Verdict);
        Assert.Contains("can be laid to collections", route.Finding.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Analyse_NoDelay_IsSaid()
    {
        var route = Compare(extraMs: 0, gcMs: 0, runnableMs: 0);
        Assert.Equal(Verdict.None, route.Finding.Verdict);
        Assert.Contains("no delay by collections can be shown", route.Finding.Title, StringComparison.Ordinal);
    }

    static GcRouteComparison Compare(int extraMs, int gcMs, int runnableMs)
    {
        var random = new Random(5);
        var requests = new List<HttpRequest>();
        var collections = new List<HttpCollection>();
        for (var i = 0; i < 60; i++)
        {
            var start = 1000L * i;
            var noise = random.Next(20);
            var meets = i % 2 == 0;
            requests.Add(Request(start, start + 300 + noise + (meets ? extraMs : 0), meets ? gcMs : 0, meets ? runnableMs : 0));
            if (meets)
                collections.Add(new((start + 250) * Ms, (start + 290) * Ms, false));
        }
        return Assert.Single(GcExposure.Analyse(Report(requests, collections), Age).Routes);
    }

    static HttpRequest Request(long startMs, long endMs, long gcMs = 0, long runnableMs = 0) => new()
    {
        Line = new HttpRequestLine { Method = "GET", Path = "/report", Protocol = "HTTP/1.1" },
        Route = Route,
        Status = 200,
        Outcome = HttpOutcome.Completed,
        StartedNs = startMs * Ms,
        EndedNs = endMs * Ms,
        GoroutineId = 1,
        Split = Split(endMs - startMs, gcMs, runnableMs),
    };

    static RequestSplit Split(long totalMs, long gcMs, long runnableMs) => new()
    {
        OnCpuNs = (totalMs - gcMs - runnableMs) * Ms, ReadyNs = runnableMs * Ms, PreemptedNs = 0, InKernelNs = 0, ParkedNs = 0, AssistNs = gcMs * Ms, GcStopNs = 0, OtherStopNs = 0,
        StoppedWhileWaitingNs = 0, RunnableDuringGcNs = runnableMs * Ms, Waits = [],
    };

    static HttpReport Report(IReadOnlyList<HttpRequest> requests, IReadOnlyList<HttpCollection> collections, IReadOnlyList<HttpInFlight>? inFlight = null) => new()
    {
        Requests = requests,
        NotKept = 0,
        InFlight = inFlight ?? [],
        Collections = collections,
        Stops = [],
        Split = true,
        StartedNs = 0,
        EndedNs = 100_000 * Ms,
        Clock = MonotonicClock.Tie(),
        Probes = new ProbeReport(ProbeCost.None, LostEvents.None, new ProbeCoverage(TimeSpan.FromSeconds(100), TimeSpan.FromSeconds(100), 1, 1, Known<double>.Of(0, Provenance.Computed("test"))), [], []),
    };
}
