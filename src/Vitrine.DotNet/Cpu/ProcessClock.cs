using System.Diagnostics;

namespace Vitrine.DotNet.Cpu;

/// <summary>The processor time that this process has taken, by the kernel: exact in sum, threads that have ended included; its division into user and kernel is by the kernel's ticks.</summary>
/// <param name="Timestamp">When, by <see cref="Stopwatch"/>.</param>
/// <param name="User">In user mode.</param>
/// <param name="Kernel">In the kernel.</param>
readonly record struct ProcessClock(long Timestamp, TimeSpan User, TimeSpan Kernel)
{
    public TimeSpan Total => User + Kernel;

    public static ProcessClock Now()
    {
        if (OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() || OperatingSystem.IsBrowser()) return new(Stopwatch.GetTimestamp(), default, default);
        var usage = Environment.CpuUsage;
        return new(Stopwatch.GetTimestamp(), usage.UserTime, usage.PrivilegedTime);
    }
}
