using System.Globalization;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Diagnostics;

/// <summary>
/// Where a runtime listens: on Unix the socket <c>dotnet-diagnostic-PID-KEY-socket</c> in its temporary folder, on Windows a pipe. PID is the process's id as it sees itself, and KEY on Linux the
/// time it was started (field 22 of /proc/PID/stat), so that the socket of an earlier process with the same id is not taken for its own
/// (https://github.com/dotnet/diagnostics/blob/main/documentation/design-docs/ipc-protocol.md#transport).
/// </summary>
/// <param name="Pid">The process.</param>
/// <param name="Path">The path, as this process would write it.</param>
/// <param name="Process">The process, on Linux.</param>
/// <param name="IsPipe">Whether it is a pipe of Windows.</param>
/// <param name="PathInRoot">The path as the process writes it, when its root is another: links in it are the process's, and must not lead out of that root. Null for the same root.</param>
sealed record DiagnosticSocket(int Pid, string Path, LinuxProcess? Process = null, bool IsPipe = false, string? PathInRoot = null)
{
    /// <summary>Where to connect to, as a path that holds as long as <paramref name="place"/> is open.</summary>
    /// <param name="place">What keeps it; null when nothing has to.</param>
    /// <exception cref="InstrumentUnavailableException">There is no socket within the process's root any more.</exception>
    public string Locate(out SafeFileHandle? place)
    {
        place = null;
        if (PathInRoot is null) return Path;
        place = Process!.TryLocateSocket(PathInRoot) ?? throw new InstrumentUnavailableException($"Process {Pid} has no diagnostics port at {Path} any more.");
        return string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{place.DangerousGetHandle()}");
    }

    // Names that are looked at in a folder such as /tmp.
    const int MostCandidates = 1000;

    /// <summary>Finds it.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="identity">What tells it from a later one with the same id; null where that is not known.</param>
    /// <exception cref="InstrumentUnavailableException">There is none; the message says why.</exception>
    public static DiagnosticSocket Find(int pid, ProcessIdentity? identity = null)
    {
        if (OperatingSystem.IsWindows()) return new(pid, $"dotnet-diagnostic-{pid}", IsPipe: true);
        if (!OperatingSystem.IsLinux())
            return Newest(pid, System.IO.Path.GetTempPath(), pid) ?? throw new InstrumentUnavailableException($"Process {pid} has no diagnostics port in {System.IO.Path.GetTempPath()}.");
        try
        {
            return OnLinux(identity is { } known ? LinuxProcess.Open(known) : LinuxProcess.Open(pid));
        }
        catch (Exception e) when (e is TargetGoneException or AccessDeniedException or IOException or UnauthorizedAccessException)
        {
            throw new InstrumentUnavailableException(e.Message);
        }
    }

    static DiagnosticSocket OnLinux(LinuxProcess process)
    {
        var self = LinuxProcess.Open(Environment.ProcessId);
        var folder = process.EnvironmentVariable("TMPDIR") is { Length: > 0 } own ? own : "/tmp";
        var root = IsSameRoot(process, self) ? "" : $"/proc/{process.Pid}/root";
        var innermost = process.InnermostPid;
        var name = System.IO.Path.Combine(folder, $"dotnet-diagnostic-{innermost}-{process.Identity.StartTimeTicks}-socket");
        var path = root + name;
        if (root.Length == 0 ? File.Exists(path) : IsSocket(process, name)) return new(process.Pid, path, process, PathInRoot: root.Length > 0 ? name : null);
        // In another time namespace the process sees another start time than we do.
        if (TimeNamespace(process.Pid) != TimeNamespace(self.Pid) && Newest(process.Pid, root + folder, innermost) is { } candidate)
            return candidate with { Process = process, PathInRoot = root.Length > 0 ? candidate.Path[root.Length..] : null };
        throw Missing(process, path);
    }

    static bool IsSocket(LinuxProcess process, string name)
    {
        using var place = process.TryLocateSocket(name);
        return place is not null;
    }

    static bool IsSameRoot(LinuxProcess process, LinuxProcess self) =>
        process.Pid == self.Pid || (process.Namespaces.Mount is { } mount && mount == self.Namespaces.Mount && Link($"/proc/{process.Pid}/root") == Link("/proc/self/root"));

    static string? TimeNamespace(int pid) => Link($"/proc/{pid}/ns/time");

    static string? Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static DiagnosticSocket? Newest(int pid, string folder, int innermost)
    {
        try
        {
            return Directory.EnumerateFiles(folder, $"dotnet-diagnostic-{innermost.ToString(CultureInfo.InvariantCulture)}-*-socket").Take(MostCandidates)
                .MaxBy(File.GetLastWriteTimeUtc) is { } path ? new(pid, path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static InstrumentUnavailableException Missing(LinuxProcess process, string path)
    {
        foreach (var name in (ReadOnlySpan<string>)["EnableDiagnostics", "EnableDiagnostics_IPC"])
            foreach (var prefix in (ReadOnlySpan<string>)["DOTNET_", "COMPlus_"])
                if (process.EnvironmentVariable(prefix + name)?.Trim() is "0" or "0x0")
                    return new($"The diagnostics port of process {process.Pid} is switched off: it was started with {prefix}{name}=0.",
                        $"Start it without {prefix}{name} to look at what only its runtime knows.");
        if (process.Uptime < TimeSpan.FromSeconds(5))
            return new($"Process {process.Pid} has no diagnostics port at {path} yet: it was started {process.Uptime.TotalSeconds:0.0} s ago.", "Try again in a moment.");
        return new($"Process {process.Pid} has no diagnostics port at {path}: it is not a .NET process, its port is switched off in its runtimeconfig.json (or the folder could not be written), or somebody removed the socket.");
    }

    /// <summary>What to say when connecting failed.</summary>
    public InstrumentUnavailableException Unreachable(SocketError error)
    {
        switch (error)
        {
            case SocketError.AccessDenied:
                return new($"The diagnostics port of process {Pid} is open only to its own user{Owner()} and to root.", "Run vitrine as that user or as root.");
            case SocketError.ConnectionRefused:
                return new($"Nobody listens at the diagnostics port of process {Pid} ({Path}): it is ending, or its runtime has closed the port.");
            case SocketError.TimedOut or SocketError.WouldBlock:
                return new($"The runtime of process {Pid} does not take connections: the process is stopped, or its diagnostics thread is busy with another command.", "Look at its state with `vitrine ps`, and try again.");
            default:
                return new($"The diagnostics port of process {Pid} cannot be reached ({error}).");
        }
    }

    string Owner()
    {
        try
        {
            return OperatingSystem.IsLinux() ? $" (uid {LinuxProcess.Open(Pid).Uid})" : "";
        }
        catch (Exception e) when (e is TargetGoneException or AccessDeniedException)
        {
            return "";
        }
    }
}
