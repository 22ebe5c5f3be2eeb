using System.Collections.Frozen;

namespace Vitrine.Guard.Limits;

/// <summary>The limits as they are asked for at each look: immutable, and computed once.</summary>
sealed class LimitSettings(LimitOptions options, TimeProvider time)
{
    readonly FrozenDictionary<string, int> _ofInstrument = options.LooksPerInstrument.ToFrozenDictionary(pair => NameOf(pair.Key), pair => pair.Value, StringComparer.Ordinal);
    readonly FrozenDictionary<string, Rate> _intervals = options.MinimumIntervals.Where(pair => pair.Value > TimeSpan.Zero)
        .ToFrozenDictionary(pair => NameOf(pair.Key), pair => Rate.Every(pair.Value, time), StringComparer.Ordinal);

    public int Looks { get; } = options.Looks;
    public int RecordingsPerInstrument { get; } = options.RecordingsPerInstrument;
    public TimeSpan MaximumDuration { get; } = options.MaximumDuration;
    public TimeSpan TimeToFinish { get; } = options.TimeToFinish;
    public long MaximumBytes { get; } = options.MaximumBytes;
    public int Sharers { get; } = options.Sharers;
    public Rate Rate { get; } = Rate.PerMinute(options.RatePerMinute, options.Burst, time);
    public Rate FailedAttempts { get; } = Rate.PerMinute(options.FailedAttemptsPerMinute, options.FailedAttemptsBurst, time);

    /// <summary>How many looks may run at once at this instrument; a look at one moment has no limit of its own unless it is given one.</summary>
    public int PlacesOf(string name, TimeSpan duration) =>
        _ofInstrument.TryGetValue(name, out var most) ? most : duration > TimeSpan.Zero ? RecordingsPerInstrument : int.MaxValue;

    /// <summary>How often looks at this instrument may begin, where that is limited.</summary>
    public bool TryGetInterval(string name, out Rate interval) => _intervals.TryGetValue(name, out interval);

    /// <summary>When a look is cut off. What is asked for a short time, or for no time, has as long as any other: it may have much to write.</summary>
    public TimeSpan CutOff(TimeSpan duration) => duration + TimeToFinish > MaximumDuration ? duration + TimeToFinish : MaximumDuration;

    // As Go's page is called.
    static string NameOf(string key) => key == "profile" ? "cpu" : key;
}
