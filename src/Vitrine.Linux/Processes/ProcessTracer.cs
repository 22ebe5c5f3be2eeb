namespace Vitrine.Linux.Processes;

/// <summary>Who traces a process: a debugger, strace.</summary>
/// <param name="Pid">Its pid.</param>
/// <param name="CommandName">Its command name, untrusted text; null when it ended meanwhile.</param>
/// <param name="Uid">Its effective user id; null when it ended meanwhile.</param>
public sealed record ProcessTracer(int Pid, string? CommandName, uint? Uid);
