using System.Globalization;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Processes;

/// <summary>Infers the dumpable flag from the owner of a file in /proc/PID (task_dump_owner of fs/proc/base.c): https://github.com/torvalds/linux/blob/v6.12/fs/proc/base.c</summary>
static class Dumpability
{
    public static (bool? IsDumpable, string InferredFrom) Infer(int pid, ProcStatus status)
    {
        // The folder itself always belongs to the process's user: only the files in it tell.
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status");
        if (status.Uids is not [_, var uid, ..] || status.Gids is not [_, var gid, ..] || FileStatus.TryOf(path) is not { } file)
            return (null, $"{path} cannot be looked at");
        return Infer(path, uid, gid, file);
    }

    public static (bool? IsDumpable, string InferredFrom) Infer(string path, uint uid, uint gid, FileStatus file)
    {
        if (uid == 0 && gid == 0)
            return (null, $"it runs as root, and then {path} belongs to root in either case");
        return file.Uid == uid && file.Gid == gid
            ? (true, $"{path} belongs to the process's own user {uid}")
            : (false, $"{path} belongs to user {file.Uid}, not to the process's own user {uid}");
    }
}
