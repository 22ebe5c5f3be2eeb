using System.Diagnostics;
using System.Runtime;

namespace Vitrine.DotNet.Runtime;

/// <summary>
/// Takes snapshots of this process's runtime: about two microseconds each, and no allocation after a thread's first one. Safe for any number of threads at once.
/// </summary>
/// <remarks>
/// Every figure comes from a call that the runtime offers for it and that neither stops nor locks anything for long; <see cref="RuntimeMetric.Source"/> names it. Not here because they
/// cost too much for every snapshot: the number of native threads (3 µs), loaded assemblies (allocates), exceptions (the runtime counts them only while somebody listens).
/// </remarks>
public sealed class RuntimeReader : IDisposable
{
    readonly ProcessMemory _memory = new();
    readonly long _startTicks = StartTicks();

    /// <summary>Whether a capture allocates nothing. False on a runtime whose internals differ from .NET 10's: then it costs 288 bytes.</summary>
    public static bool IsAllocationFree => GcMemory.IsAllocationFree;

    /// <summary>Fills <paramref name="snapshot"/> with the figures of now.</summary>
    public void Capture(out RuntimeSnapshot snapshot)
    {
        snapshot = default;
        var now = DateTime.UtcNow;
        snapshot.Begin(now);
        snapshot.Set(RuntimeField.ProcessUptime, (now.Ticks - _startTicks) * TimeSpan.NanosecondsPerTick);
        snapshot.Set(RuntimeField.ProcessorCount, Environment.ProcessorCount);
        CaptureCpu(ref snapshot);
        _memory.Capture(ref snapshot);
        CaptureGc(ref snapshot);
        GcMemory.Capture(ref snapshot);
        CapturePool(ref snapshot);
        snapshot.Set(RuntimeField.LockContentions, Monitor.LockContentionCount);
        snapshot.Set(RuntimeField.Timers, Timer.ActiveCount);
        snapshot.Set(RuntimeField.JitMethods, JitInfo.GetCompiledMethodCount());
        snapshot.Set(RuntimeField.JitIlBytes, JitInfo.GetCompiledILBytes());
        snapshot.Set(RuntimeField.JitTime, JitInfo.GetCompilationTime().Ticks * TimeSpan.NanosecondsPerTick);
    }

    static void CaptureCpu(ref RuntimeSnapshot snapshot)
    {
        if (OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() || OperatingSystem.IsBrowser())
        {
            snapshot.SetUnknown(RuntimeField.CpuUser, RuntimeField.CpuSystem, WhyUnknown.NotOnThisPlatform);
            return;
        }
        var usage = Environment.CpuUsage;
        snapshot.Set(RuntimeField.CpuUser, usage.UserTime.Ticks * TimeSpan.NanosecondsPerTick);
        snapshot.Set(RuntimeField.CpuSystem, usage.PrivilegedTime.Ticks * TimeSpan.NanosecondsPerTick);
    }

    static void CaptureGc(ref RuntimeSnapshot snapshot)
    {
        // GC.CollectionCount(n) counts every collection of generation n or older. The conventions want each collection once, so the older ones are taken off.
        // Oldest first: a collection in between can then only be missed, never give a negative difference.
        long two = GC.CollectionCount(2), one = GC.CollectionCount(1), zero = GC.CollectionCount(0);
        snapshot.Set(RuntimeField.Collections2, two);
        snapshot.Set(RuntimeField.Collections1, one - two);
        snapshot.Set(RuntimeField.Collections0, zero - one);
        snapshot.Set(RuntimeField.TotalAllocated, GC.GetTotalAllocatedBytes(precise: false));
        snapshot.Set(RuntimeField.HeapSize, GC.GetTotalMemory(forceFullCollection: false));
        snapshot.Set(RuntimeField.PauseTotal, GC.GetTotalPauseDuration().Ticks * TimeSpan.NanosecondsPerTick);
    }

    static void CapturePool(ref RuntimeSnapshot snapshot)
    {
        ThreadPool.GetMaxThreads(out var maximum, out _);
        ThreadPool.GetAvailableThreads(out var available, out _);
        ThreadPool.GetMinThreads(out var minimum, out _);
        snapshot.Set(RuntimeField.PoolThreads, ThreadPool.ThreadCount);
        snapshot.Set(RuntimeField.PoolBusy, Math.Max(0, maximum - available));
        snapshot.Set(RuntimeField.PoolMinimum, minimum);
        snapshot.Set(RuntimeField.PoolMaximum, maximum);
        snapshot.Set(RuntimeField.PoolCompleted, ThreadPool.CompletedWorkItemCount);
        snapshot.Set(RuntimeField.PoolQueued, ThreadPool.PendingWorkItemCount);
    }

    static long StartTicks()
    {
        using var process = Process.GetCurrentProcess();
        return process.StartTime.ToUniversalTime().Ticks;
    }

    /// <summary>Closes the kernel's file; a capture afterwards leaves the fields that come from it unknown.</summary>
    public void Dispose() => _memory.Dispose();
}
