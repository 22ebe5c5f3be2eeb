using static Vitrine.Agent.Audit.Clauses.ClauseTable;

namespace Vitrine.Agent.Audit;

/// <summary>All rules. A number that was given is never given again.</summary>
static class AuditRules
{
    public static AuditRule DebuggerAttached { get; } = new("VA001", "DebuggerAttached", "a debugger is attached",
        "Whoever controls the debugger reads and changes the memory of the process and can stop it at any moment.",
        Severity.High, [PciNecessaryServices, IsoPrivilegedUtilities, SocUnauthorisedSoftware, SocMonitoring]);

    public static AuditRule DebugServer { get; } = new("VA002", "DebugServerListening", "a debug server listens",
        "Debug servers ask nobody who they are: whoever connects runs code in the process that is debugged, or starts programs.",
        Severity.Critical, [PciNecessaryServices, PciInsecureServices, IsoPrivilegedUtilities, IsoNetworks, SocBoundary]);

    public static AuditRule DebuggerRuns { get; } = new("VA003", "DebuggerRunning", "a debugger runs",
        "A debugger has no work to do in production; it is the first step to an attached one.",
        Severity.Medium, [PciNecessaryServices, IsoPrivilegedUtilities, SocUnauthorisedSoftware]);

    public static AuditRule DebugBuild { get; } = new("VA004", "DebugBuild", "a program was built for a debugger",
        "A build without optimisations is several times slower and tells that it was made on somebody's own machine.",
        Severity.Info, [IsoSeparation, IsoConfiguration]);

    public static AuditRule Profiling { get; } = new("VA010", "ProfilingReachable", "who gets the profiles of a service",
        "Profiles tell function names, arguments of the program, labels and paths; a CPU profile or trace slows the service down for as long as the caller likes.",
        Severity.High, [PciNecessaryServices, IsoSecureAuthentication, IsoNetworks, SocLogicalAccess, SocBoundary]);

    public static AuditRule Expvar { get; } = new("VA011", "ExpvarLinked", "who gets the variables of expvar",
        "expvar shows the whole command line and every published variable to whoever can reach the page, and its memory statistics stop the world.",
        Severity.Info, [PciNecessaryServices, IsoAccessRestriction]);

    public static AuditRule Gops { get; } = new("VA012", "GopsAgent", "the agent of gops",
        "The agent asks nobody who they are: whoever connects gets stacks, heap and CPU profiles and the program itself, and can force collections.",
        Severity.High, [PciNecessaryServices, PciInsecureServices, IsoSecureAuthentication, SocLogicalAccess, SocBoundary]);

    public static AuditRule DotNetPort { get; } = new("VA013", "DotNetDiagnosticPort", "a .NET diagnostics port is open",
        "Whoever may connect to the port reads the environment, writes a dump of all memory and loads profilers into the process.",
        Severity.High, [PciNecessaryServices, IsoPrivilegedUtilities, IsoAccessRestriction, SocLogicalAccess]);

    public static AuditRule DotNetPortsSetting { get; } = new("VA014", "DotNetDiagnosticPortsSetting", "a .NET process offers itself to a diagnostics program",
        "The process gives its diagnostics port to whoever listens at the path in DOTNET_DiagnosticPorts.",
        Severity.High, [PciNecessaryServices, IsoConfiguration, SocLogicalAccess]);

    public static AuditRule PtraceScope { get; } = new("VA020", "PtraceScope", "any program may attach to others of its user",
        "One compromised program of a user reads the memory of all others: keys, tokens and customers' data.",
        Severity.Medium, [PciSecurityParameters, IsoPrivilegedUtilities, SocVulnerabilities]);

    public static AuditRule PerfEvents { get; } = new("VA021", "PerfEventParanoid", "performance events are open to every user",
        "Performance events of the processor have been a way to attack the kernel, and tell of other programs.",
        Severity.Medium, [PciSecurityParameters, IsoConfiguration]);

    public static AuditRule UnprivilegedBpf { get; } = new("VA022", "UnprivilegedBpf", "every user may load BPF programs",
        "Faults of the verifier have given unprivileged users the whole kernel, time and again.",
        Severity.Medium, [PciSecurityParameters, IsoConfiguration, SocVulnerabilities]);

    public static AuditRule KernelPointers { get; } = new("VA023", "KernelPointers", "addresses of the kernel are not hidden",
        "Attacks on the kernel need its addresses.",
        Severity.Low, [PciSecurityParameters, IsoConfiguration]);

    public static AuditRule CorePattern { get; } = new("VA024", "CorePattern", "where core dumps go",
        "A core dump is the memory of a process, secrets included. A program that the kernel hands it to runs as root.",
        Severity.High, [PciSecurityParameters, IsoAccessRestriction, SocLogicalAccess]);

    public static AuditRule SetUidDumps { get; } = new("VA025", "SetUidDumpable", "programs with raised privileges are dumped as any other",
        "A user who makes a set-uid program crash reads its memory, and may have it written where root's files are.",
        Severity.High, [PciSecurityParameters, IsoConfiguration]);

    public static AuditRule CoreLimit { get; } = new("VA030", "CoreDumpsEnabled", "a crash writes the memory of the process to a file",
        "The file outlives the process and is copied and attached to tickets.",
        Severity.Low, [PciSecurityParameters, IsoAccessRestriction]);

    public static AuditRule RunsAsRoot { get; } = new("VA031", "RunsAsRoot", "a service runs as root",
        "Whoever takes the service over has the machine, or the container with all that it was given.",
        Severity.Medium, [PciLeastPrivilege, IsoPrivilegedAccess, SocLeastPrivilege]);

    public static AuditRule Capabilities { get; } = new("VA032", "DangerousCapabilities", "a process has capabilities that reach into others",
        "With them the process looks into or controls others, whatever user it runs as.",
        Severity.Medium, [PciLeastPrivilege, IsoPrivilegedAccess, SocLeastPrivilege]);

    public static AuditRule HostPids { get; } = new("VA033", "ContainerSeesHostProcesses", "a container sees the processes of the host",
        "Command lines and users of all processes of the host are visible from the container; with CAP_SYS_PTRACE also their memory.",
        Severity.High, [PciLeastPrivilege, IsoPrivilegedAccess, SocLeastPrivilege]);

    public static AuditRule NoNewPrivileges { get; } = new("VA034", "NoNewPrivilegesOff", "a process may gain privileges",
        "A set-uid program is one exec away.",
        Severity.Low, [PciLeastPrivilege, IsoPrivilegedAccess]);

    public static AuditRule Seccomp { get; } = new("VA035", "NoSeccompFilter", "a process may use every system call",
        "ptrace, process_vm_writev and bpf are open to whoever takes the process over.",
        Severity.Low, [PciSecurityParameters, IsoConfiguration]);

    public static AuditRule Dumpable { get; } = new("VA036", "Dumpable", "other programs of the same user may read the memory of the process",
        "A dumpable process is open to debuggers of its own user, as far as kernel.yama.ptrace_scope allows.",
        Severity.Info, [PciSecurityParameters]);

    public static AuditRule InjectedCode { get; } = new("VA040", "CodeFromEnvironment", "the environment loads code into the process",
        "Whoever can write the file that is named there runs code in the process.",
        Severity.High, [PciSecurityParameters, IsoConfiguration, SocUnauthorisedSoftware]);

    public static AuditRule RuntimeSettings { get; } = new("VA041", "RiskyRuntimeSettings", "the environment weakens the runtime",
        "The setting brings back behaviour that was given up for security, or writes what was sent to the log.",
        Severity.Medium, [PciSecurityParameters, IsoConfiguration]);

    public static AuditRule SecretInArguments { get; } = new("VA050", "SecretInCommandLine", "secrets on the command line",
        "Every user of the machine reads command lines, and monitoring collects them.",
        Severity.High, [PciFactorsUnreadable, PciHardCodedPasswords, IsoAuthenticationInformation, SocLogicalAccess]);

    public static AuditRule SecretInEnvironment { get; } = new("VA051", "SecretInEnvironment", "secrets in the environment",
        "Every program that the process starts inherits them; crash reports, dumps and debug pages carry them away.",
        Severity.Medium, [PciFactorsUnreadable, IsoAuthenticationInformation, SocLogicalAccess]);

    public static AuditRule GuardOpen { get; } = new("VA060", "GuardOpen", "Vitrine's guard lets callers in whom it does not know",
        "Whoever reaches the door looks into the service.",
        Severity.High, [PciNecessaryServices, IsoSecureAuthentication, SocLogicalAccess, SocBoundary]);

    public static AuditRule GuardInvalid { get; } = new("VA061", "GuardConfigurationInvalid", "Vitrine's configuration does not hold",
        "What the guard refuses to start with protects nothing.",
        Severity.Medium, [IsoConfiguration, SocVulnerabilities]);

    public static AuditRule AuditLog { get; } = new("VA062", "AuditLogUnprotected", "Vitrine's audit log is not protected",
        "Who looked, and at what, can be changed afterwards, or is not written down.",
        Severity.High, [PciAuditLogs, PciAuditLogsProtected, IsoLogging, SocMonitoring]);

    public static AuditRule WritableByOthers { get; } = new("VA063", "ConfigurationWritableByOthers", "others may change Vitrine's configuration",
        "Whoever changes the file decides who may look.",
        Severity.High, [PciSecurityParameters, IsoConfiguration, SocVulnerabilities]);

    public static AuditRule KeyReadable { get; } = new("VA064", "KeyReadableByOthers", "others may read a key of Vitrine's",
        "Whoever has the key makes tokens, certificates or audit records that are believed.",
        Severity.High, [PciFactorsUnreadable, IsoAuthenticationInformation, SocLogicalAccess]);

    public static IReadOnlyList<AuditRule> All { get; } =
    [
        DebuggerAttached, DebugServer, DebuggerRuns, DebugBuild, Profiling, Expvar, Gops, DotNetPort, DotNetPortsSetting, PtraceScope, PerfEvents, UnprivilegedBpf, KernelPointers, CorePattern, SetUidDumps,
        CoreLimit, RunsAsRoot, Capabilities, HostPids, NoNewPrivileges, Seccomp, Dumpable, InjectedCode, RuntimeSettings, SecretInArguments, SecretInEnvironment,
        GuardOpen, GuardInvalid, AuditLog, WritableByOthers, KeyReadable,
    ];
}
