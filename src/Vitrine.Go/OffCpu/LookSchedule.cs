namespace Vitrine.Go.OffCpu;

/// <summary>
/// When to look, and how much time each look stands for. The window is cut into intervals; in each the look comes at a random moment. That makes the estimate
/// of any waiting time unbiased, also for a program that does everything on a beat of its own, and the intervals add up to exactly the window.
/// </summary>
sealed class LookSchedule
{
    readonly TimeSpan _duration;
    readonly TimeSpan _shortest;
    readonly double _maxShare;
    readonly Random _random;
    TimeSpan _interval;
    TimeSpan _width;

    /// <param name="duration">The window.</param>
    /// <param name="rate">Looks per second at most.</param>
    /// <param name="maxShare">Share of the time that looking may take.</param>
    /// <param name="random">Chooses the moments.</param>
    public LookSchedule(TimeSpan duration, double rate, double maxShare, Random random)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxShare);
        _duration = duration;
        _shortest = _interval = TimeSpan.FromSeconds(1 / rate);
        _maxShare = maxShare;
        _random = random;
    }

    /// <summary>The part of the window that the looks so far stand for.</summary>
    public TimeSpan Covered { get; private set; }

    /// <summary>Whether the window is covered.</summary>
    public bool IsOver => Covered >= _duration;

    /// <summary>The moment of the next look, from the start of the window.</summary>
    public TimeSpan Next()
    {
        _width = Min(_interval, _duration - Covered);
        return Covered + (_width * _random.NextDouble());
    }

    /// <summary>A look was made.</summary>
    /// <param name="at">When, from the start of the window.</param>
    /// <param name="took">How long it took.</param>
    /// <returns>The time that it stands for.</returns>
    public TimeSpan Looked(TimeSpan at, TimeSpan took)
    {
        // A late look stands for the intervals that passed without one, too.
        double intervals = Math.Max(1, Math.Ceiling((at - Covered) / _width));
        TimeSpan end = Min(Covered + (_width * intervals), _duration);
        TimeSpan weight = end - Covered;
        Covered = end;

        // One slow look on a busy machine says little: the interval follows by halves.
        TimeSpan needed = took / _maxShare;
        _interval = needed > _interval ? (_interval + needed) / 2 : Max(_shortest, (_interval + Max(needed, _shortest)) / 2);
        return weight;
    }

    static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
