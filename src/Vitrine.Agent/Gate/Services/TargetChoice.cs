using System.Globalization;

namespace Vitrine.Agent.Gate.Services;

/// <summary>Which process a service is, in words that also find it again when it was started anew. At most one of them is set; without any, the process that listens where the gate forwards to.</summary>
sealed record TargetChoice
{
    /// <summary>A pid: gone for good when that process ends.</summary>
    public int? Pid { get; init; }

    /// <summary>A file that holds the pid.</summary>
    public string? PidFile { get; init; }

    /// <summary>The process's name, as <c>vitrine ps</c> shows it.</summary>
    public string? Name { get; init; }

    /// <summary>What it listens on: <c>:8080</c>, <c>127.0.0.1:8080</c>, or the path of a Unix socket.</summary>
    public string? Listen { get; init; }

    /// <summary>Whether there is no process to look at, only a page to forward to.</summary>
    public bool IsNone => (Pid, PidFile, Name, Listen) is (null, null, null, null);

    /// <summary>In words, for messages.</summary>
    public override string ToString() => this switch
    {
        { Pid: { } pid } => string.Create(CultureInfo.InvariantCulture, $"pid {pid}"),
        { PidFile: { } file } => $"the pid in {file}",
        { Name: { } name } => $"the process named {name}",
        { Listen: { } listen } => $"the process that listens on {listen}",
        _ => "no process",
    };

    /// <summary>A pid or a name, as it is typed.</summary>
    public static TargetChoice OfText(string pidOrName) =>
        int.TryParse(pidOrName, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? new() { Pid = pid } : new() { Name = pidOrName };
}
