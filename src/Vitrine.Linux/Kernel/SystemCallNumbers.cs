using System.Runtime.InteropServices;

namespace Vitrine.Linux.Kernel;

/// <summary>Numbers of system calls that the C library has no function for (asm/unistd.h).</summary>
static class SystemCallNumbers
{
    /// <summary>bpf.</summary>
    public static nint Bpf => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 280 : 321;

    /// <summary>perf_event_open.</summary>
    public static nint PerfEventOpen => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 241 : 298;
}
