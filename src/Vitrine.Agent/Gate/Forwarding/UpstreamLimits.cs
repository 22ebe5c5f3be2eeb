namespace Vitrine.Agent.Gate.Forwarding;

/// <summary>What a service may make the gate wait for and hold. The service is not trusted: it may hang, lie about lengths and never stop to send.</summary>
sealed record UpstreamLimits
{
    /// <summary>The limits used when none are given.</summary>
    public static UpstreamLimits Default { get; } = new();

    /// <summary>The limits beside a guard's ceiling for one look: answers may have so much, and profiles eight times that after decompression, at most 512 MiB or, where that is more, the ceiling.</summary>
    public static UpstreamLimits For(long maximumBytes) => new()
    {
        MaxBytes = maximumBytes,
        MaxProfileBytes = Math.Min(8 * maximumBytes, Math.Max(Default.MaxProfileBytes, maximumBytes)),
        MaxPageBytes = Math.Min(Default.MaxPageBytes, maximumBytes),
    };

    /// <summary>Until there is a connection.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Until the whole answer is there, beyond the time that a profile watches.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of an answer as it is sent: a compressed profile, a trace, a page.</summary>
    public long MaxBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of a profile after decompression.</summary>
    public long MaxProfileBytes { get; init; } = 512 << 20;

    /// <summary>Bytes of expvar's page.</summary>
    public long MaxPageBytes { get; init; } = 8 << 20;

    /// <summary>KiB of an answer's header lines.</summary>
    public int MaxHeaderKiB { get; init; } = 32;

    /// <summary>Connections to the service at once.</summary>
    public int MaxConnections { get; init; } = 8;
}
