namespace Vitrine.DotNet.Nettrace;

/// <summary>One event of a stream. Valid only during the call that hands it out.</summary>
public readonly ref struct NettraceEvent
{
    internal NettraceEvent(NettraceDefinition definition, NettraceClock clock, in HeldEvent held, ReadOnlySpan<byte> payload, ReadOnlySpan<ulong> stack)
    {
        (Definition, Clock, Ticks, ThreadId, Processor, ActivityId) = (definition, clock, held.Ticks, held.ThreadId, held.Processor, held.ActivityId);
        Payload = payload;
        Stack = stack;
    }

    /// <summary>The kind of event.</summary>
    public NettraceDefinition Definition { get; }

    /// <summary>The clock of the process that wrote it.</summary>
    public NettraceClock Clock { get; }

    /// <summary>Who made it, such as <c>Microsoft-Windows-DotNETRuntime</c>.</summary>
    public string Provider => Definition.Provider;

    /// <summary>Its number, unique within the provider.</summary>
    public int Id => Definition.Id;

    /// <summary>Version of its fields.</summary>
    public int Version => Definition.Version;

    /// <summary>Its name; empty for the runtime's native events, which only have numbers.</summary>
    public string Name => Definition.Name;

    /// <summary>When, in ticks of the process's monotonic clock (see <see cref="NettraceClock"/>).</summary>
    public long Ticks { get; }

    /// <summary>When, by the wall clock.</summary>
    public DateTimeOffset At => Clock.At(Ticks);

    /// <summary>The operating system's id of the thread that the event is about, as the process sees it.</summary>
    public long ThreadId { get; }

    /// <summary>The processor that it happened on; negative when the runtime did not say.</summary>
    public int Processor { get; }

    /// <summary>The activity that the thread worked for, as <see cref="System.Diagnostics.Tracing.EventSource"/> knows it; empty when none.</summary>
    public Guid ActivityId { get; }

    /// <summary>Its fields: see <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The instruction addresses of the thread's managed stack, leaf first; empty when the event has none. All but the first are return addresses.</summary>
    public ReadOnlySpan<ulong> Stack { get; }

    /// <summary>A reader of its fields.</summary>
    public PayloadReader Read() => new(Payload, Clock.PointerSize);
}
