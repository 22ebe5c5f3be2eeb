namespace Vitrine.Guard.Identity;

/// <summary>Who is at the other end of a Unix socket, by the kernel's word (SO_PEERCRED, unix(7)): as it was when the connection was made.</summary>
/// <param name="ProcessId">The process; 0 where the kernel does not tell.</param>
/// <param name="UserId">Its effective user id.</param>
/// <param name="GroupId">Its effective group id.</param>
public sealed record PeerCredentials(int ProcessId, uint UserId, uint GroupId);
