using System.Globalization;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Show;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Targets;

/// <summary>Finds the one process that the user means: by pid, by name, or by what it listens on.</summary>
static class TargetFinder
{
    /// <summary>Names in one message at most; a name may match hundreds of processes.</summary>
    const int MostShown = 8;

    public static LinuxProcess Find(string? pidOrName, string? listen)
    {
        if (pidOrName is not null && listen is not null)
            throw new UsageException("Give a PID or --listen, not both.");
        if (listen is not null)
            return ByListener(listen);
        if (pidOrName is null)
            throw new UsageException("Which process? Give a pid, a process name, or --listen :PORT. 'vitrine ps' lists what is there.");
        return int.TryParse(pidOrName, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? ByPid(pid) : ByName(pidOrName);
    }

    static LinuxProcess ByPid(int pid)
    {
        try
        {
            return LinuxProcess.Open(pid);
        }
        catch (TargetGoneException)
        {
            throw new TargetNotFoundException($"There is no process {pid}.", "vitrine ps   lists the Go and .NET processes");
        }
    }

    static LinuxProcess ByName(string name)
    {
        var pids = ProcessList.Resolve(name).Where(pid => pid != Environment.ProcessId).ToList();
        return pids.Count switch
        {
            0 => throw new TargetNotFoundException($"No process is named '{Terminal.Safe(name)}'.", "vitrine ps   lists the Go and .NET processes"),
            1 => ByPid(pids[0]),
            _ => throw Ambiguous($"{pids.Count} processes are named '{Terminal.Safe(name)}'", pids),
        };
    }

    static LinuxProcess ByListener(string listen)
    {
        IReadOnlyList<int> pids;
        try
        {
            pids = SocketTable.PidsListeningOn(listen);
        }
        catch (FormatException)
        {
            throw new UsageException($"'{Terminal.Safe(listen)}' is not an address to listen on: write :8080, 127.0.0.1:8080 or [::1]:8080.");
        }
        return pids.Count switch
        {
            0 => throw new TargetNotFoundException(
                $"No process that you may look at listens on {Terminal.Safe(listen)}.",
                Environment.IsPrivilegedProcess ? "vitrine ps   shows who listens where" : "sudo vitrine ps   shows who listens where; the sockets of other users need root"),
            1 => ByPid(pids[0]),
            _ => throw Ambiguous($"{pids.Count} processes listen on {Terminal.Safe(listen)}", pids),
        };
    }

    static TargetNotFoundException Ambiguous(string what, IReadOnlyList<int> pids)
    {
        var shown = string.Join(", ", pids.Take(MostShown).Select(pid => pid.ToString(CultureInfo.InvariantCulture)));
        var more = pids.Count > MostShown ? $" and {pids.Count - MostShown} more" : "";
        return new TargetNotFoundException($"{what}: {shown}{more}.", "give the pid of the one you mean");
    }
}
