using Vitrine.Instruments;

namespace Vitrine.Agent.Survey;

/// <summary>One Go or .NET process as <c>vitrine ps</c> shows it.</summary>
sealed record ProcessRow
{
    public required int Pid { get; init; }
    public required RuntimeKind Runtime { get; init; }

    /// <summary>The runtime's own name of its version; null when it could not be found out.</summary>
    public required string? RuntimeVersion { get; init; }
    public required string Name { get; init; }
    public required string CommandLine { get; init; }

    /// <summary>Main module of a Go program, or the assembly of a .NET one; null when unknown.</summary>
    public string? Module { get; init; }
    public string? ModuleVersion { get; init; }

    /// <summary>Addresses it listens on; null when its sockets may not be seen.</summary>
    public IReadOnlyList<string>? Listening { get; init; }
    public required TimeSpan Uptime { get; init; }
    public required long ResidentBytes { get; init; }
    public required Known<int> Goroutines { get; init; }

    /// <summary>Pid of the debugger that traces it; 0 when none does.</summary>
    public required int TracerPid { get; init; }

    /// <summary>Whether net/http/pprof is linked into it; null when that is not known.</summary>
    public bool? HasPprofHandler { get; init; }

    /// <summary>With --probe: the address that answered /debug/pprof/, or why none did.</summary>
    public Known<string>? PprofAnswers { get; init; }
    public string? ContainerId { get; init; }

    /// <summary>Whether a .NET process has its diagnostics port, by the socket's file; null for others.</summary>
    public Availability? DiagnosticPort { get; init; }

    /// <summary>How a .NET process collects: <c>server</c> or <c>workstation</c>; null when neither its environment nor its configuration says.</summary>
    public string? GcMode { get; init; }
}
