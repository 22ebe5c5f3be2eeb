using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Diagnostics;

/// <summary>
/// Memory of the system's own, and reading from a socket with nothing of .NET around it. <see cref="System.Net.Sockets.Socket"/> would count bytes and may write events of its own, and a thread that drains events must make none
/// (dotnet/runtime#1892).
/// </summary>
static unsafe partial class UnixCalls
{
    public const int Interrupted = 4;

    public const short ReadyToRead = 1, ReadyToWrite = 4;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Wanted, Found;
    }

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    /// <summary>Linux: memory that is all zero and takes no room until it is written to.</summary>
    /// <exception cref="InsufficientMemoryException">There is no room for it among the addresses.</exception>
    public static byte* MapMemory(long length)
    {
        const int readAndWrite = 3, privateAndAnonymous = 0x22;
        var start = Map(null, (nuint)length, readAndWrite, privateAndAnonymous, -1, 0);
        return start != (void*)-1 ? (byte*)start : throw new InsufficientMemoryException($"No {length} bytes could be mapped.");
    }

    /// <summary>Gives it back.</summary>
    public static void UnmapMemory(byte* start, long length) => Unmap(start, (nuint)length);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();

    /// <summary>The operating system's id of the calling thread; 0 when it cannot be told.</summary>
    public static int CurrentThreadId()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        try
        {
            return GetThreadId();
        }
        catch (EntryPointNotFoundException)
        {
            return 0; // glibc before 2.30
        }
    }
}
