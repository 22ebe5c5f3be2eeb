using Vitrine.Go.Probes.Latency;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Latency;

/// <summary>Latencies of servers that nobody here wrote, as Debian builds and strips them.</summary>
[Collection(nameof(Alone))]
[FullRunOnly("Debian servers")]
public sealed class DebianServerLatencyTests
{
    [Theory, MemberData(nameof(DebianServer.All), MemberType = typeof(DebianServer))]
    public void Requests_OfAServer_AreCountedOnceEach(string name)
    {
        Prerequisite.Probes();
        using var server = DebianServer.Start(name);
        using var target = GoTarget.Attach(LinuxProcess.Open(server.Pid));
        using var look = LatencyLook.Open(target, new LatencyOptions { Functions = ["net/http.serverHandler.ServeHTTP", "runtime.gcStart"], Budget = 1 });
        const int requests = 40;

        look.Session.Start();
        server.Work(requests);
        look.Session.Stop();
        var result = look.Read();

        var served = result.Functions.Single(row => row.Function == "net/http.serverHandler.ServeHTTP").Durations;
        // Prometheus scrapes itself too. A client has its answer before the handler has returned: the last one may still be under way.
        Assert.InRange(served.Count, requests - 1, name == "prometheus" ? 10 * requests : requests);
        Assert.True(served.Count + result.UnderWay >= requests);
        Assert.InRange(served.Quantile(0.5).Value, 10_000, 10_000_000_000);
        Assert.Empty(result.Report.Absent);
        // Go 1.19 makes frames without a push: the entries are emulated all the same.
        Assert.DoesNotContain(result.Report.Notes, note => note.Contains("entry of", StringComparison.Ordinal));
    }
}
