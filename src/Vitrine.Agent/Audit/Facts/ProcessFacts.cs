using Vitrine.Linux.Processes;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Audit.Facts;

/// <summary>Everything that the checks ask of one process, read once. What may not be read is null, and <see cref="Hidden"/> says so.</summary>
sealed record ProcessFacts
{
    public required ProcessIdentity Identity { get; init; }

    public int Pid => Identity.Pid;

    /// <summary>Command name, untrusted text.</summary>
    public required string Name { get; init; }

    /// <summary>Path of the executable; null when it may not be seen.</summary>
    public string? Executable { get; init; }

    public required ProcessSecurity Security { get; init; }

    /// <summary>Arguments, untrusted and perhaps secret: only for looking into, never for showing.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The environment at its start, untrusted and perhaps secret; null when it may not be read.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Environment { get; init; }

    /// <summary>Whether the environment is longer than what was read of it.</summary>
    public bool EnvironmentCut { get; init; }

    /// <summary>Where it listens; null when its sockets may not be seen.</summary>
    public IReadOnlyList<SocketInfo>? Listening { get; init; }

    /// <summary>Owner and mode of the Unix sockets that it listens on, by their path.</summary>
    public IReadOnlyDictionary<string, FileRights> SocketFiles { get; init; } = new Dictionary<string, FileRights>();

    public required ProgramFacts Program { get; init; }

    public ProcessTracer? Tracer { get; init; }

    public (bool? IsDumpable, string InferredFrom) Dumpable { get; init; }

    public (ulong Soft, ulong Hard)? CoreLimit { get; init; }

    public ulong? NetworkNamespace { get; init; }

    public ulong? PidNamespace { get; init; }

    public string? ContainerId { get; init; }

    /// <summary>Whether the user named this process: then every check looks at it, whatever it runs on.</summary>
    public bool IsNamed { get; init; }

    /// <summary>The port in gops' file for this process; null when there is none.</summary>
    public int? GopsPort { get; init; }

    /// <summary>Files that variables name, with owner and mode in the process's own root.</summary>
    public IReadOnlyDictionary<string, FileRights> NamedFiles { get; init; } = new Dictionary<string, FileRights>();

    /// <summary>What may not be seen of it: words such as "environment".</summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>Whether it is what this program is for: a Go or .NET process, or one that was named.</summary>
    public bool IsTarget => IsNamed || Program.Runtime is not null;

    public AuditSubject Subject => new()
    {
        Kind = SubjectKind.Process,
        Name = Shown.Text(Name),
        Pid = Pid,
        Uid = Security.Uid,
        Executable = Executable is null ? null : Shown.Text(Executable),
        ContainerId = ContainerId,
    };

    /// <summary>The value of a variable; null when it is not set or may not be read.</summary>
    public string? Variable(string name)
    {
        foreach (var (key, value) in Environment ?? [])
            if (key == name)
                return value;
        return null;
    }

    /// <summary>"/proc/4711/NAME".</summary>
    public string Proc(string name) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/{Pid}/{name}");
}
