using System.Runtime.InteropServices;

namespace Vitrine.Linux.Kernel;

/// <summary>The system calls that perf events of this very process need. They touch nothing but descriptors and memory of this process.</summary>
static unsafe partial class PerfCalls
{
    public const nuint CloseOnExec = 8;
    public const int ReadWrite = 3, Shared = 1;

    /// <summary>ioctl PERF_EVENT_IOC_SET_OUTPUT: records of this event go to another event's ring.</summary>
    public const uint SetOutput = 0x2405;

    /// <summary>ioctl PERF_EVENT_IOC_ID: the number that the event's samples carry.</summary>

    /// <summary>RLIMIT_NOFILE of getrlimit(2).</summary>
    public const int DescriptorLimit = 7;

    /// <summary>RLIMIT_MEMLOCK.</summary>
    public const int LockedMemoryLimit = 8;

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Open(nint number, PerfEventAttributes* attributes, nint pid, nint cpu, nint group, nuint flags);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nuint length, int protection, int flags, SafeHandle descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeHandle descriptor, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, ulong* currentAndMaximum);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    public static partial int GetAffinity(int threadId, nuint size, byte* mask);
}
