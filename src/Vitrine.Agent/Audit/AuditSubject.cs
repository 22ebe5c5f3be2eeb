namespace Vitrine.Agent.Audit;

/// <summary>What a finding is about.</summary>
enum SubjectKind
{
    Machine,
    Process,
    File,
}

/// <summary>What a finding is about: the machine, a process, or a file of Vitrine's own configuration.</summary>
sealed record AuditSubject
{
    public required SubjectKind Kind { get; init; }

    /// <summary>Command name of a process, path of a file, <c>this machine</c>. Untrusted text.</summary>
    public required string Name { get; init; }

    public int? Pid { get; init; }
    public uint? Uid { get; init; }
    public string? Executable { get; init; }
    public string? ContainerId { get; init; }

    public static AuditSubject Machine { get; } = new() { Kind = SubjectKind.Machine, Name = "this machine" };

    public static AuditSubject OfFile(string path) => new() { Kind = SubjectKind.File, Name = path };
}
