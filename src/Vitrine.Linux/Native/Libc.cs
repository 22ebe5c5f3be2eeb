using System.Runtime.InteropServices;

namespace Vitrine.Linux.Native;

/// <summary>
/// The few system calls that .NET does not offer. All of them read. process_vm_writev, ptrace and kill are not declared anywhere
/// in the project, and a test keeps it so.
/// </summary>
internal static unsafe partial class Libc
{
    public const int EPERM = 1, ENOENT = 2, ESRCH = 3, EINTR = 4, EIO = 5, ENOMEM = 12, EACCES = 13, EFAULT = 14, EINVAL = 22, ENOSYS = 38, ELOOP = 40;

    /// <summary>Most iovecs that one call takes (UIO_MAXIOV).</summary>
    public const int IovMax = 1024;

    [LibraryImport("libc", EntryPoint = "process_vm_readv", SetLastError = true)]
    public static partial nint ProcessVmReadv(int pid, IoVec* local, nuint localCount, IoVec* remote, nuint remoteCount, nuint flags);

    [LibraryImport("libc", EntryPoint = "pread64", SetLastError = true)]
    public static partial nint Pread(SafeHandle file, void* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeHandle file, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "open64", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    public static partial nint GetDirectoryEntries(SafeHandle directory, void* buffer, nuint size);

    /// <summary>Its result has the same layout on every architecture, unlike that of stat.</summary>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Statx(SafeHandle directory, string path, int flags, uint mask, void* result);

    /// <summary>For files of /proc that are read often: no path as a string, no handle.</summary>
    [LibraryImport("libc", EntryPoint = "open64")]
    public static partial int OpenBytes(byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    public static partial nint Read(int file, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "gettid")]
    [SuppressGCTransition]
    public static partial int GetThreadId();

    /// <summary>MADV_HUGEPAGE.</summary>
    public const int MadvHugePage = 14;

    [LibraryImport("libc", EntryPoint = "madvise")]
    public static partial int Madvise(void* start, nuint length, int advice);

    /// <summary>For system calls that the C library has no function for. The number differs by architecture.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint GetEffectiveUid();

    [LibraryImport("libc", EntryPoint = "sysconf")]
    public static partial nint Sysconf(int name);

    /// <summary>The target of a symbolic link as it is, or null. File.ResolveLinkTarget would turn "socket:[1]" and paths of another mount namespace into paths of this one.</summary>
    public static string? ReadLink(string path)
    {
        const int longest = 8192; // PATH_MAX is 4096; the kernel adds " (deleted)"
        var buffer = stackalloc byte[longest];
        var length = ReadLink(path, buffer, longest);
        return length < 0 ? null : System.Text.Encoding.UTF8.GetString(buffer, (int)length);
    }

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ReadLink(string path, byte* buffer, nuint size);
}
