using Vitrine.Agent.Gate.Configuration;
using Vitrine.Agent.Gate.Services;

namespace Vitrine.Agent.Gate;

/// <summary>What was typed.</summary>
sealed record GateRequest
{
    /// <summary>Where the gate listens when nothing is said: this machine only.</summary>
    public const string DefaultAddress = "127.0.0.1:6070";

    /// <summary>The configuration file; null when there is none.</summary>
    public string? File { get; init; }

    /// <summary>A pid or a name of a process.</summary>
    public string? Target { get; init; }

    /// <summary>What the process listens on.</summary>
    public string? Listen { get; init; }

    /// <summary>A file that holds its pid.</summary>
    public string? PidFile { get; init; }

    /// <summary>Where the service's own pages are.</summary>
    public string? Forward { get; init; }

    /// <summary>Services by name, each <c>NAME=WHERE</c>: a pid, a name, <c>:PORT</c>, <c>http://…</c> or <c>unix:…</c>.</summary>
    public IReadOnlyList<string> Upstreams { get; init; } = [];

    /// <summary>Addresses to listen on.</summary>
    public IReadOnlyList<string> Doors { get; init; } = [];

    /// <summary>The path of a Unix socket.</summary>
    public string? Socket { get; init; }

    /// <summary>The certificate of what is in <see cref="Doors"/>.</summary>
    public string? Certificate { get; init; }

    /// <summary>Its key.</summary>
    public string? Key { get; init; }

    /// <summary>The audit log's file.</summary>
    public string? AuditLog { get; init; }

    /// <summary>Whether there is gRPC, too.</summary>
    public bool HasGrpc { get; init; }

    /// <summary>Whether the guard's decisions are not said on standard error: then a file must have them.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>In messages: where the settings come from.</summary>
    public string Source => File ?? "command line";

    /// <summary>The settings: the file's, and over them what was typed.</summary>
    /// <exception cref="GateSettingsException">They are wrong.</exception>
    public GateOptions Options()
    {
        var options = File is null ? new GateOptions() : GateFile.Read(File);
        if (Target is not null || Listen is not null || PidFile is not null || Forward is not null)
            options.Upstreams[NameOf(Target)] = With(Target is null ? new() : TargetChoice.OfText(Target));
        foreach (var upstream in Upstreams)
            Add(options, upstream);
        foreach (var door in Doors)
            options.Listeners.Add(new() { Address = door, Certificate = Certificate, Key = Key });
        if (Socket is not null)
            options.Socket = new() { Path = Path.GetFullPath(Socket) };
        if (options.Listeners.Count == 0 && options.Socket is null)
            options.Listeners.Add(new() { Address = DefaultAddress, Certificate = Certificate, Key = Key });
        if (AuditLog is not null)
            NotNull(NotNull(options.Guard, "Guard").Audit, "Guard:Audit").File = AuditLog;
        options.Grpc |= HasGrpc;
        GateSettings.Check(options, Source);
        if (IsQuiet && options.Guard.Audit.File is null)
            throw new GateSettingsException(Source, ["-q leaves no trace of who looked, who was refused and what was switched: set Guard:Audit:File (--audit-log FILE) with it, or leave -q out."]);
        return options;
    }

    T NotNull<T>(T? section, string key) where T : class => section ?? throw new GateSettingsException(Source, [$"{key} is null: give its keys, or leave it out."]);

    UpstreamOptions With(TargetChoice choice) => new() { Pid = choice.Pid, Process = choice.Name, PidFile = PidFile, Listen = Listen, Forward = Forward };

    void Add(GateOptions options, string upstream)
    {
        var equals = upstream.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || equals == upstream.Length - 1)
            throw new GateSettingsException(Source, [$"'{upstream}' is no service: write NAME=http://127.0.0.1:6060, NAME=PID, NAME=PROCESS or NAME=:PORT."]);
        var (name, where) = (upstream[..equals], upstream[(equals + 1)..]);
        var choice = TargetChoice.OfText(where);
        options.Upstreams[name] = where switch
        {
            _ when where.StartsWith("unix:", StringComparison.Ordinal) || where.Contains("://", StringComparison.Ordinal) => new() { Forward = where },
            _ when where[0] is ':' or '/' || where.Contains(':', StringComparison.Ordinal) => new() { Listen = where },
            _ => new() { Pid = choice.Pid, Process = choice.Name },
        };
    }

    /// <summary>A name of a process as a name in a path; <c>service</c> where that is none.</summary>
    static string NameOf(string? target)
    {
        var name = new string([.. Path.GetFileName(target ?? "").ToLowerInvariant().Select(static c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '_' ? c : '-')]);
        return name.Length is > 0 and <= 64 && !name.All(char.IsAsciiDigit) ? name : "service";
    }
}
