namespace Vitrine.Agent.Sockets;

/// <summary>The process, as it was when the first look began: it may have ended when the result is shown.</summary>
/// <param name="Pid">Its pid.</param>
/// <param name="Name">Its name. Untrusted text.</param>
/// <param name="Executable">Path of its executable; null when it may not be read.</param>
/// <param name="RuntimeVersion">Its version of Go; null when it is not a Go program, or one that cannot be read.</param>
sealed record SocketsTarget(int Pid, string Name, string? Executable, string? RuntimeVersion);
