using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Audit.Watching;

/// <summary>Who traces whom now, and which processes have a debugger's name: one look at /proc/PID/status and stat of every process that may be seen.</summary>
sealed class TracedProcesses
{
    /// <summary>Processes by the one that traces them: (tracer, target).</summary>
    public HashSet<(int Tracer, int Target)> Pairs { get; } = [];

    /// <summary>Processes whose command name is a debugger's.</summary>
    public Dictionary<ProcessIdentity, string> Debuggers { get; } = [];

    public static TracedProcesses Look(IReadOnlySet<string> debuggers, CancellationToken cancellation)
    {
        var found = new TracedProcesses();
        foreach (var pid in ProcessList.Pids())
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var process = LinuxProcess.Open(pid);
                if (process.ReadSecurity().TracerPid is > 0 and var tracer)
                    found.Pairs.Add((tracer, pid));
                if (debuggers.Contains(process.CommandName))
                    found.Debuggers[process.Identity] = process.CommandName;
            }
            catch (Exception e) when (e is TargetGoneException or AccessDeniedException or IOException)
            {
                // Processes end while they are listed.
            }
        }
        return found;
    }

    /// <summary>Name and user of a process; nulls when it has ended.</summary>
    public static (string? Name, uint? Uid) Describe(int pid)
    {
        if (pid <= 0)
            return (null, null);
        try
        {
            var process = LinuxProcess.Open(pid);
            return (process.CommandName, process.Uid);
        }
        catch (Exception e) when (e is TargetGoneException or AccessDeniedException or IOException)
        {
            return (null, null);
        }
    }
}
