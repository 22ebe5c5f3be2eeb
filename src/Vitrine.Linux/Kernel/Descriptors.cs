using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Kernel;

/// <summary>Plain file descriptors, where a library wants a number of its own.</summary>
static partial class Descriptors
{
    const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC

    /// <summary>A second descriptor for the same open file; whoever gets it closes it.</summary>
    public static int Duplicate(SafeFileHandle file)
    {
        var duplicate = Fcntl(file, DuplicateCloseOnExec, 0);
        return duplicate >= 0 ? duplicate : throw new IOException($"A file descriptor cannot be duplicated: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public static void Close(int descriptor) => _ = CloseNative(descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(SafeHandle file, int command, int argument);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseNative(int descriptor);
}
