using Vitrine.Linux.Native;

namespace Vitrine.Agent.Audit.Facts;

/// <summary>Owner and permissions of a file.</summary>
/// <param name="Uid">Owner.</param>
/// <param name="Octal">Permissions, as chmod takes them.</param>
/// <param name="OthersMayWrite">Whether users beside owner and group may write.</param>
/// <param name="GroupMayWrite">Whether the group may write.</param>
sealed record FileRights(uint Uid, string Octal, bool OthersMayWrite, bool GroupMayWrite)
{
    public static FileRights? Of(FileStatus? status) => status is { } known ? new(known.Uid, known.Octal, known.OthersMayWrite, known.GroupMayWrite) : null;
}
