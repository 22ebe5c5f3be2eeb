using System.Globalization;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Audit.Facts;

/// <summary>
/// Reads what the checks ask of a process: files of /proc, the kernel's list of its sockets, and the head of its executable. Nothing is read of its memory, and nothing is sent. Safe for use by several threads.
/// </summary>
sealed class ProcessReader
{
    /// <summary>Bytes of an environment that are looked at: the kernel itself limits arguments and environment together to a quarter of the stack, 2 MB as a rule.</summary>
    const int MostEnvironmentBytes = 2 << 20;

    /// <summary>Unix sockets of one process whose files are looked at.</summary>
    const int MostSocketFiles = 256;

    /// <summary>Files named by variables of one process that are looked at.</summary>
    const int MostNamedFiles = 64;

    readonly ProgramReader _programs = new();
    readonly ListeningSockets _sockets = new();
    readonly Lock _socketsLock = new();

    /// <summary>The process; null for a thread of the kernel.</summary>
    /// <exception cref="TargetGoneException">It ended.</exception>
    /// <exception cref="AccessDeniedException">Not even its status may be read.</exception>
    public ProcessFacts? Read(LinuxProcess process, bool isNamed)
    {
        var security = process.ReadSecurity();
        var arguments = process.CommandLine;
        var executable = process.ExecutablePath;
        if (security.IsKernelThread == true || (arguments.Count == 0 && executable is null && !isNamed))
            return null;
        var hidden = new List<string>();
        var namespaces = process.Namespaces;
        var program = Try("executable", () => _programs.Read(process)) ?? ProgramFacts.Other;
        var cut = false;
        var environment = Try("environment", () => process.ReadEnvironment(MostEnvironmentBytes, out cut));
        var listening = Try("sockets", () =>
        {
            lock (_socketsLock)
                return _sockets.Of(process);
        });
        var facts = new ProcessFacts
        {
            Identity = process.Identity,
            Name = process.CommandName,
            Executable = executable,
            Security = security,
            Arguments = arguments,
            Environment = environment,
            EnvironmentCut = cut,
            Listening = listening,
            SocketFiles = SocketFilesOf(process, listening),
            Program = program,
            Tracer = security.TracerPid > 0 ? process.Tracer : null,
            Dumpable = process.ReadDumpable(),
            CoreLimit = process.ReadCoreLimit(),
            NetworkNamespace = namespaces.Network,
            PidNamespace = namespaces.Pid,
            ContainerId = process.ContainerId,
            IsNamed = isNamed,
            Hidden = hidden,
        };
        return facts with
        {
            GopsPort = program.HasGops == true ? GopsPortFile.Read(process, facts) : null,
            NamedFiles = NamedFilesOf(process, facts),
        };

        T? Try<T>(string what, Func<T> read) where T : class
        {
            try
            {
                return read();
            }
            catch (Exception e) when (e is AccessDeniedException or IOException)
            {
                hidden.Add(what);
                return null;
            }
        }
    }

    static Dictionary<string, FileRights> SocketFilesOf(LinuxProcess process, IReadOnlyList<SocketInfo>? listening)
    {
        var files = new Dictionary<string, FileRights>(StringComparer.Ordinal);
        foreach (var path in (listening ?? []).Select(static socket => socket.Path).OfType<string>().Where(static path => path.StartsWith('/')).Take(MostSocketFiles))
            if (FileRights.Of(process.TryFileStatus(path)) is { } rights)
                files[path] = rights;
        return files;
    }

    static Dictionary<string, FileRights> NamedFilesOf(LinuxProcess process, ProcessFacts facts)
    {
        var files = new Dictionary<string, FileRights>(StringComparer.Ordinal);
        // Of the diagnostics ports the folder counts: whoever may write to it makes the socket that the runtime connects to.
        var folders = (facts.Variable("DOTNET_DiagnosticPorts") ?? "").Split(';').Select(static port => Path.GetDirectoryName(port.Split(',')[0]) ?? "");
        foreach (var path in CodeVariables.Of(facts).SelectMany(static one => one.Paths).Concat(folders).Take(MostNamedFiles))
            if (path.StartsWith('/') && FileRights.Of(process.TryFileStatus(path)) is { } rights)
                files[path] = rights;
        return files;
    }
}
