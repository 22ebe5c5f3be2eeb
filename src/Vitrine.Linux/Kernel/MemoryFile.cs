using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Kernel;

/// <summary>A file that exists in memory only (memfd_create), for libraries that want a path.</summary>
static partial class MemoryFile
{
    const uint CloseOnExec = 1;

    /// <summary>Creates one with these contents; it is gone when the handle is closed.</summary>
    public static SafeFileHandle Create(string name, ReadOnlySpan<byte> contents)
    {
        var descriptor = Memfd(name, CloseOnExec);
        if (descriptor < 0)
            throw new IOException($"A file in memory cannot be created: {Marshal.GetLastPInvokeErrorMessage()}");
        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.Write(file, contents, 0);
        return file;
    }

    /// <summary>The path under which this process can open it.</summary>
    public static string PathOf(SafeFileHandle file) =>
        string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.DangerousGetHandle()}");

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Memfd(string name, uint flags);
}
