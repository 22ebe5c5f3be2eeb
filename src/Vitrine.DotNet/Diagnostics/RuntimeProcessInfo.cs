namespace Vitrine.DotNet.Diagnostics;

/// <summary>What a runtime says of itself.</summary>
/// <param name="ProcessId">The process's id as it sees itself.</param>
/// <param name="Cookie">Tells this run of the runtime from all others.</param>
/// <param name="CommandLine">The command line. Untrusted text.</param>
/// <param name="OperatingSystem">Such as <c>Linux</c>.</param>
/// <param name="Architecture">Such as <c>x64</c>.</param>
/// <param name="EntryAssembly">Name of the assembly that has the program's entry point; empty while the process is starting. Untrusted text.</param>
/// <param name="RuntimeVersion">The runtime's version, such as <c>10.0.0</c>, perhaps with more behind it.</param>
public sealed record RuntimeProcessInfo(ulong ProcessId, Guid Cookie, string CommandLine, string OperatingSystem, string Architecture, string EntryAssembly, string RuntimeVersion);
