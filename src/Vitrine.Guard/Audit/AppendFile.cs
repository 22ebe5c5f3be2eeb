using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Vitrine.Guard.Audit;

/// <summary>A file of the file system, opened so that nothing that is in it can be overwritten: on Linux by O_APPEND, which the kernel keeps to and which files with the append-only attribute (chattr +a) need.</summary>
/// <remarks>.NET's own FileMode.Append goes to the end when it opens, and writes at an offset: another writer's bytes are overwritten.</remarks>
sealed partial class AppendFile : IAppendFile
{
    // asm-generic/fcntl.h, the same on x86-64 and arm64.
    const int WriteOnly = 1, Create = 0x40, DoNotBlock = 0x800, AppendOnly = 0x400, CloseOnExec = 0x80000;
    const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly SafeFileHandle _handle;

    AppendFile(SafeFileHandle handle) => _handle = handle;

    /// <summary>Opens it, or makes it, for its owner only.</summary>
    /// <exception cref="IOException">It cannot be; the message says why.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    public static AppendFile Open(string path)
    {
        var handle = OperatingSystem.IsLinux() ? OpenOnLinux(path) : OpenElsewhere(path);
        try
        {
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(handle) is var mode && (mode & ~OwnersOnly) != 0) File.SetUnixFileMode(handle, mode & OwnersOnly);
            // Throws for what is no file (a pipe).
            _ = RandomAccess.GetLength(handle);
            return new(handle);
        }
        catch (NotSupportedException)
        {
            handle.Dispose();
            throw new IOException("it is not a regular file");
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public long Length => RandomAccess.GetLength(_handle);

    // The offset is for systems without O_APPEND; where there is, the kernel writes at the end whatever it says (pwrite(2), BUGS).
    public void Append(ReadOnlySpan<byte> bytes) => RandomAccess.Write(_handle, bytes, RandomAccess.GetLength(_handle));

    public void Flush() => RandomAccess.FlushToDisk(_handle);

    public void Dispose() => _handle.Dispose();

    [SupportedOSPlatform("linux")]
    static SafeFileHandle OpenOnLinux(string path)
    {
        // Not blocking: opening a pipe would wait for a reader. For a regular file it means nothing.
        var descriptor = OpenNative(path, WriteOnly | Create | AppendOnly | CloseOnExec | DoNotBlock, (uint)OwnersOnly);
        return descriptor >= 0 ? new(descriptor, ownsHandle: true) : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    static SafeFileHandle OpenElsewhere(string path)
    {
        if (!OperatingSystem.IsWindows() && !File.Exists(path))
            new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite, UnixCreateMode = OwnersOnly }).Dispose();
        return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenNative(string path, int flags, uint mode);
}
