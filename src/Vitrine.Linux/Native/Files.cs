using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Native;

/// <summary>Opens files whose path a target controls.</summary>
internal static class Files
{
    const int ReadOnly = 0, NonBlocking = 0x800, CloseOnExec = 0x80000, Directory = 0x10000, PathOnly = 0x200000;

    // arm64 numbers O_DIRECTORY differently: https://github.com/torvalds/linux/blob/v6.12/arch/arm64/include/uapi/asm/fcntl.h
    const int DirectoryArm64 = 0x4000;

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
    public static unsafe SafeFileHandle? TryOpenRegular(string path, out int errno)
    {
        const int emptyPath = 0x1000, modeAt = 28, typeMask = 0xf000, regular = 0x8000;
        const uint type = 1;
        var descriptor = Libc.Open(path, PathOnly | CloseOnExec);
        if (descriptor < 0)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var status = stackalloc byte[256];
        if (Libc.Statx(handle, "", emptyPath, type, status) != 0)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }
        if ((*(ushort*)(status + modeAt) & typeMask) != regular)
        {
            errno = Libc.EINVAL;
            return null;
        }
        return TryOpenForReading($"/proc/self/fd/{descriptor}", out errno);
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
