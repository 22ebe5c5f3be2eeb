using System.Net;
using Vitrine.Agent.Audit.Checks;
using Vitrine.Agent.Audit.Facts;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Tests.Audit;

/// <summary>Facts for checks, without a machine that has them.</summary>
static class Some
{
    public const ulong Network = 4026531840;

    public static ProcessSecurity Security { get; } = new()
    {
        ParentPid = 1, Uid = 1000, Capabilities = default, NoNewPrivileges = true, SeccompMode = 2, SeccompFilters = 1, TracerPid = 0, IsKernelThread = false, IsDumpingCore = false,
    };

    public static DebugSettings SafeSettings { get; } = new()
    {
        PtraceScope = 2, PerfEventParanoid = 2, UnprivilegedBpfDisabled = 2, KernelPointersRestricted = 1, SetUidDumpable = 0, CorePattern = "",
    };

    public static MachineFacts Machine { get; } = new()
    {
        Settings = SafeSettings,
        Viewer = new ViewerPrivileges(0, default, 2, false, false, 0),
        FirstPidNamespace = 7,
        OwnNetworkNamespace = Network,
    };

    /// <summary>A Go service that gives no cause for a finding.</summary>
    public static ProcessFacts Go { get; } = new()
    {
        Identity = new ProcessIdentity(4711, 1),
        Name = "checkout",
        Executable = "/srv/checkout",
        Security = Security,
        Arguments = ["/srv/checkout"],
        Environment = [],
        Listening = [],
        Program = new ProgramFacts { Runtime = RuntimeKind.Go, RuntimeVersion = "go1.27.0", HasPprof = false, HasExpvar = false, HasGops = false },
        Dumpable = (false, "a test"),
        CoreLimit = (0, 0),
        NetworkNamespace = Network,
        PidNamespace = 8,
    };

    public static ProcessFacts DotNet { get; } = Go with { Program = new ProgramFacts { Runtime = RuntimeKind.DotNet } };

    public static ProcessFacts Tool(string program, params string[] arguments) => Go with
    {
        Name = Path.GetFileName(program),
        Executable = program,
        Arguments = [program, .. arguments],
        Program = ProgramFacts.Other,
    };

    public static SocketInfo Tcp(string address) => new(SocketProtocol.Tcp, IPEndPoint.Parse(address), null, SocketState.Listen, 1, null, 0, 0);

    public static SocketInfo Unix(string path) => new(SocketProtocol.Unix, null, null, SocketState.Listen, 2, path, 0, 0);

    public static AuditView View(params ProcessFacts[] processes) => new(Machine, processes);
}
