using System.Threading.Channels;

namespace Vitrine.Agent.Recorder;

/// <summary>Takes events from all sources, keeps the last of them, and decides when a recording is due. Thread-safe.</summary>
sealed class FlightRecorder(RecorderOptions options, TimeProvider time)
{
    readonly Channel<FiredTrigger> fired = Channel.CreateUnbounded<FiredTrigger>(new UnboundedChannelOptions { SingleReader = true });
    readonly Lock gate = new();
    readonly SortedDictionary<string, int> suppressed = new(StringComparer.Ordinal);
    DateTimeOffset? last;
    int due;

    /// <summary>The events of the last minute.</summary>
    public EventStore Events { get; } = new(options.Keep, options.MaxEvents, options.MaxBytes, time);

    /// <summary>Triggers that fired while a recording was too recent or too many had been made, by name.</summary>
    public IReadOnlyDictionary<string, int> Suppressed
    {
        get
        {
            lock (gate)
                return new SortedDictionary<string, int>(suppressed, StringComparer.Ordinal);
        }
    }

    /// <summary>Recordings that are due.</summary>
    public ChannelReader<FiredTrigger> Due => fired.Reader;

    /// <summary>A trigger fires.</summary>
    /// <param name="trigger">Which.</param>
    /// <param name="because">What happened, in a few words.</param>
    public void Fire(RecorderTrigger trigger, string because)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            if (due >= options.MaxRecordings || (last is { } before && now - before < options.Cooldown))
            {
                suppressed[trigger.Name] = suppressed.GetValueOrDefault(trigger.Name) + 1;
                return;
            }
            last = now;
            due++;
        }
        fired.Writer.TryWrite(new FiredTrigger(trigger, because, now));
    }

    /// <summary>No more triggers will fire.</summary>
    public void Complete() => fired.Writer.TryComplete();
}

/// <summary>A trigger that fired.</summary>
/// <param name="Trigger">Which.</param>
/// <param name="Because">What happened.</param>
/// <param name="At">When.</param>
sealed record FiredTrigger(RecorderTrigger Trigger, string Because, DateTimeOffset At);
