namespace Vitrine.Guard.Limits;

/// <summary>How much may be looked: section <c>Limits</c> of the guard's options.</summary>
public sealed class LimitOptions
{
    /// <summary>Looks that run at once, in all. Pages and the metrics are not looks. 1 to 1,000.</summary>
    public int Looks { get; set; } = 3;

    /// <summary>Looks that run at once at one instrument of one service, where it watches for a time; <see cref="LooksPerInstrument"/> has exceptions. 1 to 1,000.</summary>
    public int RecordingsPerInstrument { get; set; } = 1;

    /// <summary>The same for single instruments, by name, and then also for what is there at one moment: <c>heap = 1</c>.</summary>
    public IDictionary<string, int> LooksPerInstrument { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>The longest time that may be watched. Longer ones are refused before they begin.</summary>
    public TimeSpan MaximumDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a look may take beyond the time that it watches: to list methods, to write, to redact. After that it is cut off.</summary>
    public TimeSpan TimeToFinish { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes that the answer of one look may have, and its memory ceiling.</summary>
    public long MaximumBytes { get; set; } = 64 << 20;

    /// <summary>How often one caller may ask for one thing, in the long run.</summary>
    public int RatePerMinute { get; set; } = 120;

    /// <summary>How often at once, after a pause.</summary>
    public int Burst { get; set; } = 60;

    /// <summary>The shortest time from the beginning of one look to the beginning of the next one at the same instrument of the same service, whoever asks. Zero takes a limit away.</summary>
    public IDictionary<string, TimeSpan> MinimumIntervals { get; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal) { ["goroutine"] = TimeSpan.FromSeconds(1) };

    /// <summary>How many callers may share one look, when they ask the same at the same time. 1 to 10,000.</summary>
    public int Sharers { get; set; } = 100;

    /// <summary>Attempts by nobody known, from one address (one /64 of IPv6), in the long run; beyond that they are answered with 429, and counted in the audit log instead of written one by one.</summary>
    public int FailedAttemptsPerMinute { get; set; } = 30;

    /// <summary>How many of them at once, after a pause.</summary>
    public int FailedAttemptsBurst { get; set; } = 30;

    internal IEnumerable<string> Problems()
    {
        if (Looks is < 1 or > 1000) yield return Range(nameof(Looks), Looks, "1 to 1000");
        if (RecordingsPerInstrument is < 1 or > 1000) yield return Range(nameof(RecordingsPerInstrument), RecordingsPerInstrument, "1 to 1000");
        foreach (var (name, most) in LooksPerInstrument)
        {
            if (most is < 1 or > 1000) yield return Range($"{nameof(LooksPerInstrument)}:{name}", most, "1 to 1000; a switch turns an instrument off");
        }
        if (MaximumDuration < TimeSpan.FromSeconds(1) || MaximumDuration > TimeSpan.FromHours(1)) yield return Range(nameof(MaximumDuration), MaximumDuration, "one second to one hour");
        if (TimeToFinish < TimeSpan.FromSeconds(1) || TimeToFinish > TimeSpan.FromHours(1)) yield return Range(nameof(TimeToFinish), TimeToFinish, "one second to one hour");
        if (MaximumBytes is < 4096 or > 2_000_000_000) yield return Range(nameof(MaximumBytes), MaximumBytes, "4096 to 2000000000");
        if (RatePerMinute is < 1 or > 1_000_000) yield return Range(nameof(RatePerMinute), RatePerMinute, "1 to 1000000");
        if (Burst is < 1 or > 1_000_000) yield return Range(nameof(Burst), Burst, "1 to 1000000");
        foreach (var (name, interval) in MinimumIntervals)
        {
            if (interval < TimeSpan.Zero || interval > TimeSpan.FromHours(1)) yield return Range($"{nameof(MinimumIntervals)}:{name}", interval, "zero to one hour");
        }
        if (Sharers is < 1 or > 10_000) yield return Range(nameof(Sharers), Sharers, "1 to 10000");
        if (FailedAttemptsPerMinute is < 1 or > 1_000_000) yield return Range(nameof(FailedAttemptsPerMinute), FailedAttemptsPerMinute, "1 to 1000000");
        if (FailedAttemptsBurst is < 1 or > 1_000_000) yield return Range(nameof(FailedAttemptsBurst), FailedAttemptsBurst, "1 to 1000000");
    }

    static string Range(string key, object value, string range) => FormattableString.Invariant($"Limits:{key} is {value}: it may be {range}.");
}
