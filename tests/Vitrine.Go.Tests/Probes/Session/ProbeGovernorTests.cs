using Vitrine.Go.Probes.Session;

namespace Vitrine.Go.Tests.Probes.Session;

public sealed class ProbeGovernorTests
{
    private const double Budget = 0.01;

    [Fact]
    public void Probes_within_the_budget_stay()
    {
        var governor = new ProbeGovernor(Budget);
        for (TimeSpan at = ProbeGovernor.ShortestWindow; at < TimeSpan.FromSeconds(10); at += ProbeGovernor.CheckEvery)
            Assert.Equal(TimeSpan.Zero, governor.PauseAfter(at, 0.009 * at.TotalNanoseconds, at, 0.009 * at.TotalNanoseconds));
    }

    [Theory]
    [InlineData(1, 0.0001, false)] // too early to call it calm
    [InlineData(10, 0.0001, true)]
    [InlineData(10, 0.005, false)] // half the budget
    public void The_cost_is_looked_at_seldom_once_it_has_stayed_far_below_the_budget(double seconds, double share, bool calm)
    {
        var governor = new ProbeGovernor(Budget);
        TimeSpan at = TimeSpan.FromSeconds(seconds);
        Assert.Equal(TimeSpan.Zero, governor.PauseAfter(at, share * at.TotalNanoseconds, at, share * at.TotalNanoseconds));
        Assert.Equal(calm ? ProbeGovernor.CalmCheckEvery : ProbeGovernor.CheckEvery, governor.NextCheck);
    }

    [Fact]
    public void A_burst_is_paid_from_what_was_saved()
    {
        var governor = new ProbeGovernor(Budget);
        TimeSpan at = TimeSpan.FromSeconds(60);
        // One second at five percent after a minute of nothing: the mean is below one percent.
        Assert.Equal(TimeSpan.Zero, governor.PauseAfter(at, 0.05e9, at, 0.05e9));
    }

    [Theory]
    [InlineData(0.7)]
    [InlineData(0.05)]
    [InlineData(0.011)]
    public void Windows_keep_the_mean_cost_at_the_budget(double shareWhileOpen)
    {
        var governor = new ProbeGovernor(Budget);
        double seconds = Simulate(governor, shareWhileOpen, TimeSpan.FromSeconds(120), out double spentNs, out _);
        Assert.InRange(spentNs / (seconds * 1e9), 0.2 * Budget, 1.2 * Budget);
    }

    [Fact]
    public void The_scale_is_the_inverse_of_the_share_of_time_that_was_seen()
    {
        var governor = new ProbeGovernor(Budget);
        double seconds = Simulate(governor, 0.4, TimeSpan.FromSeconds(60), out _, out double openSeconds);
        var coverage = governor.Coverage(TimeSpan.FromSeconds(seconds), paused: true);
        Assert.Equal(seconds / openSeconds, coverage.Scale, 3);
        Assert.True(coverage.Windows > 5);
    }

    [Fact]
    public void Equal_windows_have_no_error_and_two_windows_have_an_unknown_one()
    {
        var even = new ProbeGovernor(Budget);
        for (int i = 0; i < 20; i++)
            even.WindowClosed(TimeSpan.FromMilliseconds(20), 1000, spentNs: 0);
        Assert.Equal(0, even.Coverage(TimeSpan.FromSeconds(10), paused: true).RelativeError.Value, 6);

        var few = new ProbeGovernor(Budget);
        few.WindowClosed(TimeSpan.FromMilliseconds(20), 1000, spentNs: 0);
        few.WindowClosed(TimeSpan.FromMilliseconds(20), 1000, spentNs: 0);
        Assert.False(few.Coverage(TimeSpan.FromSeconds(10), paused: true).RelativeError.IsKnown);
    }

    [Fact]
    public void Without_a_stated_error_nothing_is_scaled()
    {
        var few = new ProbeGovernor(Budget);
        few.WindowClosed(TimeSpan.FromMilliseconds(20), 1000, spentNs: 1e6);
        Assert.Equal(1, few.Coverage(TimeSpan.FromSeconds(10), paused: true).Scale);
        Assert.False(few.Coverage(TimeSpan.FromSeconds(10), paused: true).IsWhole);

        // Probes that take most of a processor change what they count.
        var dear = new ProbeGovernor(Budget);
        for (int i = 0; i < 20; i++)
            dear.WindowClosed(TimeSpan.FromMilliseconds(20), 10_000, spentNs: 18e6);
        Assert.Equal(1, dear.Coverage(TimeSpan.FromSeconds(10), paused: true).Scale);
        Assert.False(dear.Coverage(TimeSpan.FromSeconds(10), paused: true).RelativeError.IsKnown);
    }

    [Fact]
    public void The_stated_interval_holds_the_truth_in_nineteen_of_twenty_trials()
    {
        var random = new Random(4711);
        const double trueRate = 50_000;
        int held = 0;
        const int trials = 400;
        for (int trial = 0; trial < trials; trial++)
        {
            var governor = new ProbeGovernor(Budget);
            double hits = 0, open = 0;
            for (int window = 0; window < 60; window++)
            {
                double length = 0.02 + 0.02 * random.NextDouble();
                // The rate itself moves from window to window, by a third.
                double rate = trueRate * (1 + (random.NextDouble() * 2 - 1) / 3);
                governor.WindowClosed(TimeSpan.FromSeconds(length), (long)(rate * length), spentNs: 0);
                hits += (long)(rate * length);
                open += length;
            }
            double error = governor.Coverage(TimeSpan.FromSeconds(100), paused: true).RelativeError.Value;
            double estimate = hits / open;
            if (Math.Abs(estimate - trueRate) <= error * estimate)
                held++;
        }
        Assert.InRange(held / (double)trials, 0.90, 0.99);
    }

    private static double Simulate(ProbeGovernor governor, double shareWhileOpen, TimeSpan duration, out double spentNs, out double openSeconds)
    {
        spentNs = 0;
        openSeconds = 0;
        TimeSpan at = TimeSpan.Zero;
        while (at < duration)
        {
            TimeSpan window = TimeSpan.Zero;
            TimeSpan pause = TimeSpan.Zero;
            TimeSpan step = governor.NextWindow;
            while (pause == TimeSpan.Zero && at + window < duration)
            {
                window += step;
                step = ProbeGovernor.CheckEvery;
                double windowNs = shareWhileOpen * window.TotalNanoseconds;
                pause = governor.PauseAfter(at + window, spentNs + windowNs, window, windowNs);
            }
            governor.WindowClosed(window, (long)window.TotalMicroseconds, shareWhileOpen * window.TotalNanoseconds);
            spentNs += shareWhileOpen * window.TotalNanoseconds;
            openSeconds += window.TotalSeconds;
            at += window + pause;
        }
        return at.TotalSeconds;
    }
}
