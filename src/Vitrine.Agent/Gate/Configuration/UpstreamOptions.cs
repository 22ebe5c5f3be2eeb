using Vitrine.Agent.Gate.Services;

namespace Vitrine.Agent.Gate.Configuration;

/// <summary>A service behind the gate: which process it is, and where its own pages are. One of both is needed; with an address of this machine alone, the process is the one that listens there.</summary>
sealed class UpstreamOptions
{
    /// <summary>Its pid: gone for good when that process ends.</summary>
    public int? Pid { get; set; }

    /// <summary>A file that holds its pid.</summary>
    public string? PidFile { get; set; }

    /// <summary>The name of its process.</summary>
    public string? Process { get; set; }

    /// <summary>What it listens on: <c>:8080</c>, or the path of a Unix socket.</summary>
    public string? Listen { get; set; }

    /// <summary>Where its own pages are: <c>http://127.0.0.1:6060</c>, <c>unix:/run/service.sock</c>; null when it has none.</summary>
    public string? Forward { get; set; }

    /// <summary>Whether <see cref="Forward"/> may be another machine.</summary>
    public bool AllowOtherMachines { get; set; }

    /// <summary>Names of profiles that the service registered itself, beyond Go's own; they are forwarded.</summary>
    public IList<string> Profiles { get; } = [];

    /// <summary>How often the service is asked for expvar's page at most, for which it stops its world; who asks meanwhile gets the same page. Zero to an hour.</summary>
    public TimeSpan VarsInterval { get; set; } = DefaultVarsInterval;

    /// <summary>A second: what collectors ask for at most.</summary>
    internal static TimeSpan DefaultVarsInterval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Which process it is.</summary>
    internal TargetChoice Choice => new() { Pid = Pid, PidFile = PidFile, Name = Process, Listen = Listen };
}
