using System.Globalization;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Processes;

/// <summary>The processes of this pid namespace.</summary>
public static class ProcessList
{
    /// <summary>All pids, ascending. A process may end before it is opened; <see cref="LinuxProcess.Open(int, Binaries.Limits?)"/> says so.</summary>
    public static IEnumerable<int> Pids()
    {
        var pids = new List<int>();
        Files.TryListNumbers("/proc", int.MaxValue, pids, out _);
        pids.Sort();
        return pids;
    }

    /// <summary>
    /// The pids that an argument means, ascending; empty when none. A number is a pid. Any other text is a name, and names a process when it equals
    /// (1) the file name of its executable, or (2) the file name of its first argument, or (3) its command name; a text of 15 bytes or more also matches the command name
    /// that the kernel cut at 15. The match is exact, never by part: "api" must not mean "api-gateway" in front of a command that acts on it.
    /// This process itself is never meant.
    /// </summary>
    public static IReadOnlyList<int> Resolve(string pidOrName)
    {
        ArgumentException.ThrowIfNullOrEmpty(pidOrName);
        if (int.TryParse(pidOrName, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number > 0 && ProcStat.TryRead($"/proc/{number}/stat", out _) ? [number] : [];

        var result = new List<int>();
        foreach (var pid in Pids())
        {
            if (pid != Environment.ProcessId && IsNamed(pid, pidOrName))
                result.Add(pid);
        }
        return result;
    }

    static bool IsNamed(int pid, string name)
    {
        try
        {
            var process = LinuxProcess.Open(pid);
            if (process.State is 'Z' or 'X')
                return false;
            var command = process.CommandName;
            return command == name
                || (name.Length > command.Length && command.Length == 15 && name.StartsWith(command, StringComparison.Ordinal) && FirstArgumentIs(process, name))
                || Path.GetFileName(process.ExecutablePath) == name
                || FirstArgumentIs(process, name);
        }
        catch (Exception e) when (e is TargetGoneException or AccessDeniedException or IOException)
        {
            return false;
        }
    }

    static bool FirstArgumentIs(LinuxProcess process, string name) =>
        process.CommandLine is [var first, ..] && (first == name || Path.GetFileName(first) == name);
}
