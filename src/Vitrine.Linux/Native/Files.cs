using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Native;

/// <summary>Opens files whose path a target controls.</summary>
internal static class Files
{
    const int ReadOnly = 0, NonBlocking = 0x800, CloseOnExec = 0x80000;

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

    /// <summary>The kernel's text for an errno.</summary>
    public static string Describe(int errno) => new Win32Exception(errno).Message;
}
