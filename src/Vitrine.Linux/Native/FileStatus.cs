using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Native;

/// <summary>Who owns a file and who may do what with it, as the kernel says (statx(2)).</summary>
/// <param name="Uid">Owner, in the viewer's user namespace.</param>
/// <param name="Gid">Group, in the viewer's user namespace.</param>
/// <param name="Mode">Kind and permission bits, as in stat(2).</param>
public readonly record struct FileStatus(uint Uid, uint Gid, int Mode)
{
    const int TypeMask = 0xf000, SocketType = 0xc000, FolderType = 0x4000, StickyBit = 0x200;

    /// <summary>The permission bits alone: <c>0600</c> is 0x180.</summary>
    public int Permissions => Mode & 0xfff;

    /// <summary>Whether it is a Unix socket.</summary>
    public bool IsSocket => (Mode & TypeMask) == SocketType;

    /// <summary>Whether it is a folder.</summary>
    public bool IsFolder => (Mode & TypeMask) == FolderType;

    /// <summary>Whether users other than owner and group may read it.</summary>
    public bool OthersMayRead => (Mode & 4) != 0;

    /// <summary>Whether users other than owner and group may write it; in a folder with the sticky bit they may add files, and not change those of others.</summary>
    public bool OthersMayWrite => (Mode & 2) != 0;

    /// <summary>Whether the group may read it.</summary>
    public bool GroupMayRead => (Mode & 0x20) != 0;

    /// <summary>Whether the group may write it.</summary>
    public bool GroupMayWrite => (Mode & 0x10) != 0;

    /// <summary>Whether only owners may rename and remove what is in this folder (the mode of /tmp).</summary>
    public bool IsSticky => (Mode & StickyBit) != 0;

    /// <summary>The permission bits as chmod(1) takes them: <c>0644</c>.</summary>
    public string Octal => "0" + Convert.ToString(Permissions, 8).PadLeft(3, '0');

    /// <summary>The status of what is at a path, links followed; null when it is not there or may not be looked at. Nothing is opened for reading: no device does anything.</summary>
    public static FileStatus? TryOf(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = Files.TryOpenPath(path, out _);
        return file is null ? null : Of(file);
    }

    /// <summary>The same within a root folder, such as <c>/proc/PID/root</c>: links lead where they lead a process with that root.</summary>
    internal static FileStatus? TryOfIn(string root, string path)
    {
        using var file = Files.TryOpenPathIn(root, path, out _);
        return file is null ? null : Of(file);
    }

    static unsafe FileStatus? Of(SafeFileHandle file)
    {
        // struct statx: https://man7.org/linux/man-pages/man2/statx.2.html
        const int emptyPath = 0x1000, uidAt = 20, gidAt = 24, modeAt = 28;
        const uint typeModeAndOwner = 1 | 2 | 8 | 16;
        var status = stackalloc byte[256];
        return Libc.Statx(file, "", emptyPath, typeModeAndOwner, status) == 0
            ? new FileStatus(*(uint*)(status + uidAt), *(uint*)(status + gidAt), *(ushort*)(status + modeAt))
            : null;
    }
}
