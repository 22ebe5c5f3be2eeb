using Microsoft.AspNetCore.Http;

namespace Vitrine.Doors.Unix;

/// <summary>Where a Unix socket door is, and who may come to it.</summary>
public sealed record UnixDoorOptions
{
    /// <summary>The most that Linux takes for a path, in bytes (unix(7)).</summary>
    internal const int MaximumPathBytes = 107;

    /// <summary>The path of the socket, absolute. Its directories must belong to root or to this process's user, and others must not be able to rename what is in them.</summary>
    public required string Path { get; init; }

    /// <summary>The permissions of the socket: who may connect. Whether such a caller may look is the guard's to say.</summary>
    public UnixFileMode Mode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The group that the socket belongs to, by name or number; empty = this process's.</summary>
    public string Group { get; init; } = "";

    /// <summary>Connections at once; one more is closed.</summary>
    public int MaximumConnections { get; init; } = 32;

    /// <summary>How long a connection may take to say what it wants.</summary>
    public TimeSpan FirstLineTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer may take to be sent.</summary>
    public TimeSpan SendTime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Bytes of the line that says it, in the protocol of lines.</summary>
    public int MaximumLineBytes { get; init; } = 1024;

    /// <summary>Answers HTTP in place of this door's own pages, for a program whose pages change while it runs; null = the pages of the services that there are at the start, at the paths below.</summary>
    public RequestDelegate? Http { get; init; }

    /// <summary>Where HTTP has the pages.</summary>
    public string Prefix { get; init; } = Doors.Http.HttpDoorOptions.DefaultPrefix;

    /// <summary>The path of the metrics; empty = nowhere.</summary>
    public string MetricsPath { get; init; } = "/metrics";

    /// <summary>The path of expvar's page; empty = nowhere.</summary>
    public string VarsPath { get; init; } = "";
}
