using Vitrine.Go.Goroutines;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Goroutines;

/// <summary>The target keeps its own time: a heartbeat of 200 µs, whose gaps with a dump per second are compared with those without.</summary>
[Collection(nameof(Alone))]
[FullRunOnly("twelve windows of a second each")]
public sealed class NeverStopsTests
{
    private const int WindowPairs = 6;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    /// <summary>
    /// What may differ on a machine that others use too: stopping 20,000 goroutines for a dump takes 30 ms and more, thousands of times the
    /// undisturbed gap, so the factor can be generous and still tell.
    /// </summary>
    private const double Factor = 4;
    private const double SlackNs = 4e6;

    [Fact]
    public void ReadGoroutines_OncePerSecond_LeavesTheHeartbeatAsItWas()
    {
        using TruthTarget truth = TruthTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped));
        truth.Ask("goroutines 20000");
        string checksum = truth.Ask("checksum").Text;
        truth.Ask("heartbeat start");
        LinuxProcess process = LinuxProcess.Open(truth.Pid);
        using GoTarget target = GoTarget.Attach(process);
        using ThreadStateWatch states = ThreadStateWatch.Start(process);
        target.ReadGoroutines();
        truth.Ask("heartbeat read");

        List<double> with = [], without = [];
        for (int pair = 0; pair < WindowPairs; pair++)
        {
            // In turns, so that what else happens on the machine meets both alike.
            without.Add(P999(truth, () => Thread.Sleep(Window)));
            with.Add(P999(truth, () =>
            {
                GoroutineDump dump = target.ReadGoroutines();
                Assert.Equal(0, dump.Consistency.Torn);
                Thread.Sleep(Window);
            }));
        }

        double undisturbed = Median(without), disturbed = Median(with);
        Assert.True(disturbed <= (undisturbed * Factor) + SlackNs,
            $"p99.9 of the gaps, median of {WindowPairs} windows: {disturbed / 1e6:F2} ms with a dump per second, {undisturbed / 1e6:F2} ms without");
        Assert.Empty(states.StoppedStates());
        Assert.True(states.Looks > 100, $"thread states were looked at only {states.Looks} times");
        Assert.Equal(0, process.TracerPid);
        Assert.Equal(checksum, truth.Ask("checksum").Text);
        TestContext.Current.SendDiagnosticMessage($"p99.9 {disturbed / 1e6:F2} ms with, {undisturbed / 1e6:F2} ms without");
    }

    private static double P999(TruthTarget truth, Action during)
    {
        during();
        return truth.Ask("heartbeat read").Facts[0].Number("p999Ns");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
