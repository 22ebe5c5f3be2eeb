using Vitrine.TestTargets;

namespace Vitrine.Bench.Measuring;

/// <summary>The target's own 200 µs heartbeat over one window.</summary>
/// <param name="Longest">The longest gap between two beats: how long the target stood still at most.</param>
/// <param name="Beats">How many beats there were.</param>
readonly record struct Heartbeat(TimeSpan Longest, long Beats)
{
    /// <summary>Runs something and returns its result with the heartbeat of just that time.</summary>
    public static (T Result, Heartbeat Beat) During<T>(TruthTarget target, Func<T> action)
    {
        Read(target);
        var result = action();
        return (result, Read(target));
    }

    static Heartbeat Read(TruthTarget target)
    {
        var answer = target.Ask("heartbeat read").Facts[0];
        return new Heartbeat(TimeSpan.FromMicroseconds(answer.Number("maxNs") / 1000.0), answer.Number("beats"));
    }
}
