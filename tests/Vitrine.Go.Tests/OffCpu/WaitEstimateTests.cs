using Vitrine.Go.OffCpu;

namespace Vitrine.Go.Tests.OffCpu;

public sealed class WaitEstimateTests
{
    [Fact]
    public void Add_SameNumberAtEveryLook_HasNoError()
    {
        var estimate = new WaitEstimate();
        for (var look = 0; look < 50; look++) estimate.Add(look, 7, 2e6);

        Assert.Equal(50 * 7 * 2e6, estimate.Nanoseconds);
        Assert.Equal(350, estimate.Samples);
        Assert.Equal(0, estimate.StandardError(50));
    }

    [Fact]
    public void StandardError_SeenInSomeLooksOnly_CountsEveryChange()
    {
        var estimate = new WaitEstimate();
        estimate.Add(1, 1, 10);
        estimate.Add(2, 1, 10);
        estimate.Add(5, 1, 10);

        // It comes at look 1, goes after 2, comes at 5 and goes after 5: four changes of 10 each.
        Assert.Equal(Math.Sqrt(4 * 100 / 2.0), estimate.StandardError(8));
    }

    [Fact]
    public void Estimate_OfRandomWaits_IsUnbiasedAndWithinItsError()
    {
        // 40 goroutines wait 30 ms of every 70 ms, each with a phase of its own; the looks come 20 times a second for 20 s.
        var random = new Random(20261);
        var outside = 0;
        double bias = 0;
        const int Runs = 60;
        for (var run = 0; run < Runs; run++)
        {
            var phases = Enumerable.Range(0, 40).Select(_ => random.NextDouble() * 0.07).ToArray();
            var window = TimeSpan.FromSeconds(20);
            var schedule = new LookSchedule(window, 20, 0.1, random);
            var estimate = new WaitEstimate();
            for (var look = 0; !schedule.IsOver; look++)
            {
                var at = schedule.Next();
                var waiting = phases.Count(phase => (at.TotalSeconds + phase) % 0.07 < 0.03);
                estimate.Add(look, waiting, schedule.Looked(at, TimeSpan.FromMilliseconds(1)).TotalNanoseconds);
            }
            var truth = 40 * window.TotalNanoseconds * 3 / 7;
            var error = estimate.Nanoseconds - truth;
            bias += error / truth / Runs;
            if (Math.Abs(error) > 2 * estimate.StandardError(400)) outside++;
        }

        Assert.InRange(bias, -0.005, 0.005);
        Assert.InRange(outside, 0, Runs / 10);
    }
}
