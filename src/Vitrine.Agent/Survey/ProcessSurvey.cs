using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Vitrine.DotNet.Diagnostics;
using Vitrine.Go;
using Vitrine.Go.Binary;
using Vitrine.Go.Scheduler;
using Vitrine.Instruments;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Survey;

/// <summary>What a survey saw, and how many processes it was not allowed to see into.</summary>
sealed record SurveyResult(IReadOnlyList<ProcessRow> Rows, int Examined, int NotAllowed);

/// <summary>
/// Finds the Go and .NET processes of this machine. A host has hundreds of processes of a few programs, so what is known of an executable is
/// kept by its path and mount namespace, and the understanding of a Go binary by its build.
/// </summary>
sealed class ProcessSurvey(bool probe) : IDisposable
{
    readonly record struct ExecutableKey(string Path, ulong? MountNamespace, bool Deleted);

    readonly ConcurrentDictionary<ExecutableKey, bool> _isGo = new();
    readonly GoBinaryCache _binaries = new();

    public SurveyResult Run(CancellationToken cancellation)
    {
        // Each process is a few dozen small system calls and, for Go, a binary to understand: side by side they wait for each other less.
        var pids = ProcessList.Pids().Where(pid => pid != Environment.ProcessId).ToList();
        var rows = new ProcessRow?[pids.Count];
        var notAllowed = 0;
        Parallel.For(0, pids.Count, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, index =>
        {
            try
            {
                rows[index] = Examine(LinuxProcess.Open(pids[index]));
            }
            catch (TargetGoneException)
            {
                // Processes end while they are listed: that is no news.
            }
            catch (AccessDeniedException)
            {
                Interlocked.Increment(ref notAllowed);
            }
        });
        return new SurveyResult([.. rows.OfType<ProcessRow>()], pids.Count, notAllowed);
    }

    ProcessRow? Examine(LinuxProcess process)
    {
        // A kernel thread has neither an executable nor arguments; whoever has arguments has an executable that we may not see.
        if (process.ExecutablePath is not { } path)
            return process.CommandLine.Count == 0 ? null : throw new AccessDeniedException($"Not allowed to see the executable of process {process.Pid}.", "");
        if (IsGo(process, path))
            return GoRow(process);
        return DotNetRuntime.Recognise(process.Maps(), out var version) ? DotNetRow(process, version) : null;
    }

    bool IsGo(LinuxProcess process, string path)
    {
        var key = new ExecutableKey(path, process.Namespaces.Mount, process.ExecutableDeleted);
        if (_isGo.TryGetValue(key, out var known))
            return known;
        bool isGo;
        try
        {
            using var elf = process.OpenElf();
            isGo = GoBinary.IsGo(elf);
        }
        catch (BadBinaryException)
        {
            isGo = false;
        }
        // A deleted file may have been replaced by another of the same name several times.
        if (!key.Deleted)
            _isGo[key] = isGo;
        return isGo;
    }

    ProcessRow GoRow(LinuxProcess process)
    {
        var row = Row(process, RuntimeKind.Go, null);
        try
        {
            using var target = GoTarget.Attach(process, _binaries);
            var build = target.Binary.BuildInfo;
            return row with
            {
                RuntimeVersion = target.RuntimeVersion,
                Module = build.ModulePath ?? build.MainPath,
                ModuleVersion = build.ModuleVersion,
                HasPprofHandler = target.Binary.Functions.FindByName("net/http/pprof.Index").Count > 0,
                Goroutines = SchedulerReader.Read(target).Result.NumGoroutine,
            };
        }
        catch (Exception exception) when (exception is GoBinaryException or NotGoException or BadBinaryException or InstrumentUnavailableException)
        {
            return row with { Goroutines = Known<int>.Unknown(exception.Message) };
        }
    }

    ProcessRow DotNetRow(LinuxProcess process, string? version)
    {
        var arguments = process.CommandLine;
        var assembly = arguments.Skip(1).FirstOrDefault(argument => argument.EndsWith(".dll", StringComparison.OrdinalIgnoreCase));
        var port = DiagnosticPort.Of(process.Pid);
        var row = Row(process, RuntimeKind.DotNet, version) with
        {
            Module = assembly is not null ? Path.GetFileNameWithoutExtension(assembly) : process.ExecutablePath is { } path ? Path.GetFileName(path) : null,
            DiagnosticPort = port.Availability(),
            GcMode = DotNetConfiguration.GcMode(process, assembly),
        };
        // The runtime itself knows better, and is asked only when asking was asked for.
        if (!probe || row.DiagnosticPort is not { CanLook: true })
            return row;
        try
        {
            var info = port.GetProcessInfo();
            return row with { Module = info.EntryAssembly.Length > 0 ? info.EntryAssembly : row.Module, RuntimeVersion = info.RuntimeVersion.Length > 0 ? $".NET {info.RuntimeVersion.Split('+')[0]}" : row.RuntimeVersion };
        }
        catch (InstrumentUnavailableException e)
        {
            return row with { DiagnosticPort = Availability.No(e.Message) };
        }
    }

    ProcessRow Row(LinuxProcess process, RuntimeKind runtime, string? version)
    {
        var listening = Listening(process);
        return new ProcessRow
        {
            Pid = process.Pid,
            Runtime = runtime,
            RuntimeVersion = version,
            Name = process.CommandName,
            CommandLine = string.Join(' ', process.CommandLine),
            Listening = listening is null ? null : [.. listening.Select(Address).Distinct().Order(StringComparer.Ordinal)],
            Uptime = process.Uptime,
            ResidentBytes = process.ResidentBytes,
            TracerPid = process.TracerPid,
            Goroutines = Known<int>.Unknown(runtime == RuntimeKind.Go ? "not read" : "a .NET process has none"),
            PprofAnswers = probe && listening is not null && runtime == RuntimeKind.Go ? PprofProbe.Ask(listening) : null,
            ContainerId = process.ContainerId,
        };
    }

    static IReadOnlyList<SocketInfo>? Listening(LinuxProcess process)
    {
        try
        {
            return [.. SocketTable.Of(process).Listening.Where(socket => socket.Protocol is SocketProtocol.Tcp or SocketProtocol.Tcp6)];
        }
        catch (AccessDeniedException)
        {
            return null;
        }
    }

    static string Address(SocketInfo socket)
    {
        if (socket.Local is not { } local)
            return "?";
        var everywhere = local.Address.Equals(IPAddress.Any) || local.Address.Equals(IPAddress.IPv6Any);
        if (everywhere)
            return $":{local.Port}";
        return local.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{local.Address}]:{local.Port}" : $"{local.Address}:{local.Port}";
    }

    public void Dispose() => _binaries.Dispose();
}
