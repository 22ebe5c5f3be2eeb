using Vitrine.Agent.CommandLine;

namespace Vitrine.Agent.Recorder;

/// <summary>What makes the recorder write down what it has.</summary>
enum TriggerKind
{
    /// <summary>A panic, recovered or not, or a fatal error.</summary>
    Panic,

    /// <summary>A panic that nobody recovers, or a fatal error.</summary>
    Crash,

    /// <summary>A stop of the world by the collector that lasts longer than a limit.</summary>
    GcPause,

    /// <summary>A request that took longer than a limit.</summary>
    SlowRequest,

    /// <summary>A group of goroutines that leaks.</summary>
    Leak,
}

/// <summary>A trigger as it was typed: <c>panic</c>, <c>gc-pause&gt;5ms</c>.</summary>
/// <param name="Kind">What it waits for.</param>
/// <param name="Above">The limit; zero for those without.</param>
sealed record RecorderTrigger(TriggerKind Kind, TimeSpan Above)
{
    /// <summary>The words that are understood, for help and messages.</summary>
    public const string Words = "panic, crash, leak, gc-pause>5ms, slow-request>200ms";

    static readonly TimeSpan DefaultPause = TimeSpan.FromMilliseconds(5);
    static readonly TimeSpan DefaultRequest = TimeSpan.FromMilliseconds(200);

    /// <summary>Its name without the limit; part of the name of a recording.</summary>
    public string Name => Kind switch
    {
        TriggerKind.GcPause => "gc-pause",
        TriggerKind.SlowRequest => "slow-request",
        _ => Kind.ToString().ToLowerInvariant(),
    };

    /// <summary>Its name with the limit, as it is typed.</summary>
    public string Text => Above > TimeSpan.Zero ? $"{Name}>{DurationText.Write(Above)}" : Name;

    /// <summary>Reads a list of triggers divided by commas.</summary>
    /// <exception cref="UsageException">One of them is not a trigger, or there is none.</exception>
    public static IEnumerable<RecorderTrigger> ParseAll(string text)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 0 ? words.Select(Parse) : [Parse(text)];
    }

    /// <summary>Reads what was typed.</summary>
    /// <exception cref="UsageException">It is no trigger.</exception>
    public static RecorderTrigger Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.IndexOf('>', StringComparison.Ordinal);
        var name = (at < 0 ? text : text[..at]).Trim();
        var word = at < 0 ? "" : text[(at + 1)..].Trim();
        // A bare number is seconds elsewhere, where seconds are usual; here it is more likely meant as milliseconds.
        if (word.Length > 0 && (char.IsAsciiDigit(word[^1]) || word[^1] == '.'))
            throw new UsageException($"'{text}' lacks the unit of its limit: {name}>{word}ms, or {name}>{word}s (quote what contains '>').");
        TimeSpan? limit = at < 0 ? null : DurationText.Parse(word);
        return (name, limit) switch
        {
            ("panic", null) => new(TriggerKind.Panic, TimeSpan.Zero),
            ("crash", null) => new(TriggerKind.Crash, TimeSpan.Zero),
            ("leak", null) => new(TriggerKind.Leak, TimeSpan.Zero),
            ("gc-pause", _) => new(TriggerKind.GcPause, limit ?? DefaultPause),
            ("slow-request", _) => new(TriggerKind.SlowRequest, limit ?? DefaultRequest),
            _ => throw new UsageException($"'{text}' is not a trigger: --on {Words.Replace(", ", " | ", StringComparison.Ordinal)} (quote what contains '>')."),
        };
    }
}
