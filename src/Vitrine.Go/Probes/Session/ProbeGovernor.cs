using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Session;

/// <summary>
/// Keeps probes inside their budget. They begin with a short window, because nobody knows how often a function is called; while they cost less than the
/// budget they stay, and when they cost more they go on in windows whose share of the time makes the mean cost equal to the budget.
/// Pure: it is told times and costs and answers what to do next, so that every rule is tested without a kernel.
/// </summary>
/// <param name="budget">Share of one processor.</param>
internal sealed class ProbeGovernor(double budget)
{
    /// <summary>The first look at the rate, and the shortest window: a probe cannot come and go much faster.</summary>
    public static readonly TimeSpan ShortestWindow = TimeSpan.FromMilliseconds(20);

    /// <summary>How often the cost is looked at while it may come near the budget.</summary>
    public static readonly TimeSpan CheckEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>How often it is looked at once it has stayed far below: each look wakes this process.</summary>
    public static readonly TimeSpan CalmCheckEvery = TimeSpan.FromMilliseconds(500);

    // Below this part of the budget, window and whole, the probes are far from it. What a burst costs until the next check is paid back by a longer pause.
    private const double Calm = 0.25;

    /// <summary>A pause longer than this leaves too few windows to estimate from, which has to be said.</summary>
    public static readonly TimeSpan LongPause = TimeSpan.FromSeconds(10);

    // Windows come about this often: often enough to see a change within seconds, seldom enough that coming and going is not the cost itself.
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    // Windows are compared with each other to state the error of the estimate; more than this many are not kept apart.
    private const int MostRates = 100_000;

    // Probes that take this much while they are in place slow the target down: what it does then says nothing of what it does otherwise.
    private const double MostOfAProcessor = 0.5;

    private readonly List<(double Hits, double Seconds)> _windows = [];
    private TimeSpan _open;
    private double _spentNs;

    /// <summary>Time with probes in place, in closed windows.</summary>
    public TimeSpan Open => _open;

    /// <summary>Windows so far.</summary>
    public int Windows { get; private set; }

    /// <summary>How long the next window stays open before its cost is looked at.</summary>
    public TimeSpan NextWindow { get; private set; } = ShortestWindow;

    /// <summary>When to look at the cost again, after <see cref="PauseAfter"/> said to go on.</summary>
    public TimeSpan NextCheck { get; private set; } = CheckEvery;

    /// <summary>What to do after a check at <paramref name="elapsed"/> since the start.</summary>
    /// <param name="elapsed">Since the probes were first attached.</param>
    /// <param name="spentNs">Cost since then.</param>
    /// <param name="windowFor">How long the present window has been open.</param>
    /// <param name="windowNs">Cost in the present window.</param>
    /// <returns>How long to pause from now on; zero to go on.</returns>
    public TimeSpan PauseAfter(TimeSpan elapsed, double spentNs, TimeSpan windowFor, double windowNs)
    {
        // A moment of many calls is no reason to close: only when both the window and the whole so far are above the budget.
        bool dearNow = windowNs > budget * windowFor.TotalNanoseconds;
        bool dearSoFar = spentNs > budget * Math.Max(elapsed.TotalNanoseconds, TimeSpan.FromSeconds(1).TotalNanoseconds);
        bool calm = elapsed > TimeSpan.FromSeconds(2) && windowNs < Calm * budget * windowFor.TotalNanoseconds && spentNs < Calm * budget * elapsed.TotalNanoseconds;
        NextCheck = calm ? CalmCheckEvery : CheckEvery;
        if (!dearNow || !dearSoFar)
            return TimeSpan.Zero;
        double shareOfTime = budget * windowFor.TotalNanoseconds / windowNs;
        NextWindow = TimeSpan.FromTicks(Math.Clamp((long)(s_period.Ticks * shareOfTime), ShortestWindow.Ticks, s_period.Ticks / 2));
        return Debt(elapsed, spentNs);
    }

    /// <summary>How long nothing must be spent until the mean is within the budget again.</summary>
    private TimeSpan Debt(TimeSpan elapsed, double spentNs) =>
        TimeSpan.FromTicks(Math.Max(0, (long)((spentNs / budget - elapsed.TotalNanoseconds) / 100)));

    /// <summary>Notes that a window ended.</summary>
    /// <param name="length">From switching the programs on to switching them off.</param>
    /// <param name="hits">Hits in it.</param>
    /// <param name="spentNs">Their cost.</param>
    public void WindowClosed(TimeSpan length, long hits, double spentNs)
    {
        Windows++;
        _open += length;
        _spentNs += spentNs;
        if (_windows.Count < MostRates && length > TimeSpan.Zero)
            _windows.Add((hits, length.TotalSeconds));
    }

    /// <summary>How much was seen, and how far the estimate of the rest may be off. Without a stated error nothing is scaled: what was seen is a lower bound.</summary>
    /// <param name="watched">Since the start.</param>
    /// <param name="paused">Whether the probes were ever away.</param>
    public ProbeCoverage Coverage(TimeSpan watched, bool paused)
    {
        if (!paused || _open <= TimeSpan.Zero)
            return new ProbeCoverage(watched, _open, Windows, 1, Known<double>.Of(0, Provenance.Computed("the probes were in place all the time")));
        Known<double> error = _spentNs > MostOfAProcessor * _open.TotalNanoseconds
            ? Known<double>.Unknown(FormattableString.Invariant($"while they were in place the probes themselves took {100 * _spentNs / _open.TotalNanoseconds:0} % of a processor, so that the target did less than it does without them"))
            : RelativeError();
        return new ProbeCoverage(watched, _open, Windows, error.IsKnown ? Math.Max(1, watched / _open) : 1, error) { IsWhole = false };
    }

    /// <summary>The half width of a 95 % interval of the mean rate, relative to it: a ratio estimator over windows of different length.</summary>
    private Known<double> RelativeError()
    {
        const int fewest = 5;
        const double twoSided95 = 1.96;
        if (_windows.Count < fewest)
            return Known<double>.Unknown($"{_windows.Count} windows are too few to compare, it takes {fewest}");
        double seconds = _windows.Sum(static window => window.Seconds);
        double rate = _windows.Sum(static window => window.Hits) / seconds;
        if (rate <= 0)
            return Known<double>.Unknown("no hits in any window");
        double mean = seconds / _windows.Count;
        double variance = _windows.Sum(window => Math.Pow(window.Hits - rate * window.Seconds, 2)) / (_windows.Count - 1);
        double standardError = Math.Sqrt(variance / _windows.Count) / mean;
        return Known<double>.Of(twoSided95 * standardError / rate, Provenance.Computed($"the differences between {_windows.Count} windows, 95 % interval"));
    }
}
