using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Native;

/// <summary>Opens files whose path a target controls.</summary>
internal static class Files
{
    const int ReadOnly = 0, NonBlocking = 0x800, CloseOnExec = 0x80000, Directory = 0x10000, PathOnly = 0x200000;

    // arm64 numbers O_DIRECTORY differently: https://github.com/torvalds/linux/blob/v6.12/arch/arm64/include/uapi/asm/fcntl.h
    const int DirectoryArm64 = 0x4000, NoFollow = 0x20000, NoFollowArm64 = 0x8000;

    const int FolderMode = 0x4000, RegularMode = 0x8000, LinkMode = 0xa000, SocketMode = 0xc000;

    /// <summary>
    /// Opens for reading only. Not File.OpenHandle: that waits forever when the path turns out to be a FIFO, and takes an advisory lock.
    /// </summary>
    /// <returns>The handle, or null with the errno in <paramref name="errno"/>.</returns>
    public static SafeFileHandle? TryOpenForReading(string path, out int errno)
    {
        var descriptor = Libc.Open(path, ReadOnly | NonBlocking | CloseOnExec);
        if (descriptor < 0)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }
        errno = 0;
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>
    /// Opens a regular file for reading, and nothing else: a path from a core dump or a target may name a device, and opening some devices does something.
    /// </summary>
    public static SafeFileHandle? TryOpenRegular(string path, out int errno)
    {
        var descriptor = Libc.Open(path, PathOnly | CloseOnExec);
        errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : TryReopenRegular(new SafeFileHandle(descriptor, ownsHandle: true), out errno);
    }

    /// <summary>
    /// The same within a root folder: links and ".." in the path lead where they would lead a process with that root, never out of it. Through /proc/PID/root alone an absolute link would lead to a file of
    /// the viewer, who may read more than the process.
    /// </summary>
    /// <param name="root">The folder, such as /proc/PID/root.</param>
    /// <param name="path">The path in it.</param>
    /// <param name="errno">Why there is none. Before Linux 5.6, and where a sandbox forbids openat2, that is ELOOP for a path with a link in it.</param>
    public static SafeFileHandle? TryOpenRegularIn(string root, string path, out int errno) => TryLocateIn(root, path, out errno) is { } found ? TryReopenRegular(found, out errno) : null;

    /// <summary>The same for a socket: a descriptor that only says where it is. /proc/self/fd/N is then a path to connect to that leads nowhere else.</summary>
    /// <inheritdoc cref="TryOpenRegularIn"/>
    public static SafeFileHandle? TryLocateSocketIn(string root, string path, out int errno)
    {
        if (TryLocateIn(root, path, out errno) is not { } found) return null;
        if (ModeOf(found, out errno) is SocketMode) return found;
        found.Dispose();
        if (errno == 0) errno = Libc.EINVAL;
        return null;
    }

    static SafeFileHandle? TryLocateIn(string root, string path, out int errno)
    {
        using var folder = TryOpenPath(root, out errno);
        if (folder is null)
            return null;
        var descriptor = OpenPathIn(folder, path, out errno);
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        return errno is Libc.ENOSYS or Libc.EPERM ? TryLocateWithoutLinks((int)folder.DangerousGetHandle(), path, out errno) : null;
    }

    /// <summary>A handle that only names what is at a path, whatever it is: it can be asked for its status, and nothing else happens.</summary>
    public static SafeFileHandle? TryOpenPath(string path, out int errno)
    {
        var descriptor = Libc.Open(path, PathOnly | CloseOnExec);
        errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>The same within a root folder, as <see cref="TryOpenRegularIn"/>; null before Linux 5.6.</summary>
    public static SafeFileHandle? TryOpenPathIn(string root, string path, out int errno)
    {
        using var folder = TryOpenPath(root, out errno);
        if (folder is null)
            return null;
        var descriptor = OpenPathIn(folder, path, out errno);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    static unsafe int OpenPathIn(SafeFileHandle folder, string path, out int errno)
    {
        const int openat2 = 437; // the same on all architectures
        const ulong noMagicLinks = 2, inRoot = 16; // include/uapi/linux/openat2.h
        var how = stackalloc ulong[3] { PathOnly | CloseOnExec, 0, inRoot | noMagicLinks };
        int descriptor;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
            descriptor = (int)Libc.SystemCall(openat2, folder.DangerousGetHandle(), (nint)name, (nint)how, 3 * sizeof(ulong));
        errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor;
    }

    /// <summary>Goes name by name, and follows no link.</summary>
    internal static SafeFileHandle? TryOpenWithoutLinks(int folder, string path, out int errno) =>
        TryLocateWithoutLinks(folder, path, out errno) is { } found ? TryReopenRegular(found, out errno) : null;

    static SafeFileHandle? TryLocateWithoutLinks(int folder, string path, out int errno)
    {
        var noFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? NoFollowArm64 : NoFollow;
        SafeFileHandle? holder = null;
        try
        {
            var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            for (var i = 0; i < names.Length; i++)
            {
                if (names[i] == "..") break;
                // The descriptor's own link is the kernel's; what is opened in it is only the next name.
                var descriptor = Libc.Open($"/proc/self/fd/{folder}/{names[i]}", PathOnly | CloseOnExec | noFollow);
                if (descriptor < 0)
                {
                    errno = Marshal.GetLastPInvokeError();
                    return null;
                }
                if (i == names.Length - 1)
                {
                    errno = 0;
                    return new SafeFileHandle(descriptor, ownsHandle: true);
                }
                holder?.Dispose();
                holder = new SafeFileHandle(descriptor, ownsHandle: true);
                if (ModeOf(holder, out errno) is not FolderMode) break;
                folder = descriptor;
            }
            errno = Libc.ELOOP;
            return null;
        }
        finally
        {
            holder?.Dispose();
        }
    }

    static SafeFileHandle? TryReopenRegular(SafeFileHandle located, out int errno)
    {
        using var handle = located;
        if (ModeOf(handle, out errno) is not { } mode) return null;
        if (mode == RegularMode) return TryOpenForReading($"/proc/self/fd/{handle.DangerousGetHandle()}", out errno);
        errno = mode == LinkMode ? Libc.ELOOP : Libc.EINVAL;
        return null;
    }

    static unsafe int? ModeOf(SafeFileHandle handle, out int errno)
    {
        const int emptyPath = 0x1000, modeAt = 28, typeMask = 0xf000;
        const uint type = 1;
        var status = stackalloc byte[256];
        if (Libc.Statx(handle, "", emptyPath, type, status) != 0)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }
        errno = 0;
        return *(ushort*)(status + modeAt) & typeMask;
    }

    /// <summary>
    /// The numbers among the names in a folder of /proc, in the kernel's order. Not Directory.Enumerate…: that follows the links in /proc/PID/fd to learn
    /// whether they are folders, which may hang on a dead network file system.
    /// </summary>
    /// <returns>False when the folder cannot be read.</returns>
    public static unsafe bool TryListNumbers(string folder, int limit, List<int> numbers, out int errno)
    {
        var flag = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? DirectoryArm64 : Directory;
        var descriptor = Libc.Open(folder, ReadOnly | CloseOnExec | flag);
        if (descriptor < 0)
        {
            errno = Marshal.GetLastPInvokeError();
            return false;
        }
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        const int size = 32768, lengthAt = 16, nameAt = 19;
        var buffer = stackalloc byte[size];
        while (numbers.Count < limit)
        {
            var got = Libc.GetDirectoryEntries(handle, buffer, size);
            if (got < 0)
            {
                errno = Marshal.GetLastPInvokeError();
                return numbers.Count > 0;
            }
            if (got == 0)
                break;
            for (nint at = 0; at + nameAt < got && numbers.Count < limit;)
            {
                int length = *(ushort*)(buffer + at + lengthAt);
                if (length < nameAt || at + length > got)
                    break;
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer + at + nameAt);
                if (int.TryParse(name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number))
                    numbers.Add(number);
                at += length;
            }
        }
        errno = 0;
        return true;
    }

    /// <summary>The kernel's text for an errno.</summary>
    public static string Describe(int errno) => new Win32Exception(errno).Message;
}
