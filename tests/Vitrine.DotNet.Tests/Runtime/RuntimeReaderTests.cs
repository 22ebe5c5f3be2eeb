using System.Diagnostics;
using System.Runtime;
using Vitrine.DotNet.Runtime;
using Vitrine.TestTargets;

namespace Vitrine.DotNet.Tests.Runtime;

public sealed class RuntimeReaderTests : IDisposable
{
    readonly RuntimeReader _reader = new();

    public void Dispose() => _reader.Dispose();

    RuntimeSnapshot Capture()
    {
        _reader.Capture(out var snapshot);
        return snapshot;
    }

    [Fact]
    public void Capture_Warm_AllocatesNothing()
    {
        Assert.True(RuntimeReader.IsAllocationFree);
        GC.Collect();

        Assert.Equal(0, AllocatedBytes.Of(() => _reader.Capture(out _)));
    }

    [Fact]
    public void Capture_OnLinuxAfterACollection_KnowsEveryField()
    {
        GC.Collect();
        var snapshot = Capture();

        foreach (var field in Enum.GetValues<RuntimeField>())
            Assert.True(snapshot[field].IsKnown, $"{field}: {snapshot[field].Why}");
    }

    [Fact]
    public void DefaultSnapshot_AnyField_IsUnknownAndNotZero()
    {
        RuntimeSnapshot snapshot = default;

        foreach (var field in Enum.GetValues<RuntimeField>())
        {
            Assert.False(snapshot[field].IsKnown);
            Assert.Equal(WhyUnknown.NeverCaptured, snapshot[field].Why);
            Assert.Throws<InvalidOperationException>(() => snapshot[field].Value);
        }
    }

    [Theory, InlineData(0, false), InlineData(1, false), InlineData(2, false), InlineData(2, true)]
    public void Capture_AfterACollection_AgreesWithGCMemoryInfo(int generation, bool compacting)
    {
        var garbage = Enumerable.Range(0, 2000).Select(static i => new byte[i * 50]).ToList();
        garbage.RemoveAll(static one => one.Length % 300 == 0);
        GC.Collect(generation, GCCollectionMode.Forced, blocking: true, compacting);

        // Another collection may come in between: the runtime numbers them.
        GCMemoryInfo truth;
        RuntimeSnapshot snapshot;
        do
        {
            truth = GC.GetGCMemoryInfo(GCKind.Any);
            snapshot = Capture();
        }
        while (snapshot[RuntimeField.LastIndex].Value != truth.Index);

        Assert.Equal(truth.Generation, snapshot[RuntimeField.LastGeneration].Value);
        Assert.Equal(truth.Compacted ? 1 : 0, snapshot[RuntimeField.LastCompacted].Value);
        Assert.Equal(truth.Concurrent ? 1 : 0, snapshot[RuntimeField.LastConcurrent].Value);
        Assert.Equal(truth.TotalCommittedBytes, snapshot[RuntimeField.LastCommitted].Value);
        Assert.Equal(truth.PromotedBytes, snapshot[RuntimeField.LastPromoted].Value);
        Assert.Equal(truth.PinnedObjectsCount, snapshot[RuntimeField.LastPinned].Value);
        Assert.Equal(truth.FinalizationPendingCount, snapshot[RuntimeField.LastFinalizationPending].Value);
        Assert.Equal(truth.MemoryLoadBytes, snapshot[RuntimeField.MemoryLoad].Value);
        Assert.Equal(truth.HighMemoryLoadThresholdBytes, snapshot[RuntimeField.HighMemoryThreshold].Value);
        Assert.Equal(truth.TotalAvailableMemoryBytes, snapshot[RuntimeField.TotalAvailable].Value);
        Assert.Equal(truth.PauseTimePercentage, snapshot[RuntimeField.PauseShare].Value / 100.0, 3);
        Assert.Equal(truth.PauseDurations[0].TotalNanoseconds, snapshot[RuntimeField.LastPause1].Value);
        Assert.Equal(truth.PauseDurations[1].TotalNanoseconds, snapshot[RuntimeField.LastPause2].Value);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(truth.GenerationInfo[i].SizeAfterBytes, snapshot[RuntimeField.LastSize0 + i].Value);
            Assert.Equal(truth.GenerationInfo[i].FragmentationAfterBytes, snapshot[RuntimeField.LastFragmentation0 + i].Value);
        }
        GC.KeepAlive(garbage);
    }

    [Fact]
    public void CapturePublic_AfterACollection_GivesWhatTheInternalWayGives()
    {
        GC.Collect();
        RuntimeSnapshot one, other = default;
        do
        {
            one = Capture();
            GcMemory.CapturePublic(ref other);
        }
        while (one[RuntimeField.LastIndex] != other[RuntimeField.LastIndex]);

        for (var field = RuntimeField.LastCommitted; field <= RuntimeField.TotalAvailable; field++)
            Assert.Equal(one[field], other[field]);
    }

    /// <summary>What only grows is read between two readings of the truth, and so lies between them.</summary>
    [Fact]
    public void Capture_WhatOnlyGrows_LiesBetweenTwoReadingsOfTheTruth()
    {
        using var process = Process.GetCurrentProcess();
        (RuntimeField Field, Func<long> Truth)[] counters =
        [
            (RuntimeField.ProcessUptime, () => (DateTime.UtcNow - process.StartTime.ToUniversalTime()).Ticks * 100),
            (RuntimeField.TotalAllocated, () => GC.GetTotalAllocatedBytes(false)),
            (RuntimeField.PauseTotal, () => GC.GetTotalPauseDuration().Ticks * 100),
            (RuntimeField.Collections2, () => GC.CollectionCount(2)),
            (RuntimeField.Collections1, () => GC.CollectionCount(1) - GC.CollectionCount(2)),
            (RuntimeField.Collections0, () => GC.CollectionCount(0) - GC.CollectionCount(1)),
            (RuntimeField.PoolCompleted, () => ThreadPool.CompletedWorkItemCount),
            (RuntimeField.LockContentions, () => Monitor.LockContentionCount),
            (RuntimeField.JitMethods, () => JitInfo.GetCompiledMethodCount()),
            (RuntimeField.JitIlBytes, () => JitInfo.GetCompiledILBytes()),
            (RuntimeField.JitTime, () => JitInfo.GetCompilationTime().Ticks * 100),
        ];
        for (var round = 0; round < 5; round++)
        {
            GC.Collect(round % 3);
            var before = Array.ConvertAll(counters, static one => one.Truth());
            var snapshot = Capture();
            var after = Array.ConvertAll(counters, static one => one.Truth());
            for (var i = 0; i < counters.Length; i++)
                Assert.InRange(snapshot[counters[i].Field].Value, before[i], after[i]);
        }
    }

    [Fact]
    public void Capture_ProcessorTime_IsThatOfTheProcess()
    {
        using var process = Process.GetCurrentProcess();
        Spin(TimeSpan.FromMilliseconds(120));

        process.Refresh();
        var before = process.TotalProcessorTime;
        var snapshot = Capture();
        process.Refresh();
        var after = process.TotalProcessorTime;

        // The kernel shows it in ticks of 10 ms to one of the two, exactly to the other.
        var total = snapshot[RuntimeField.CpuUser].Value + snapshot[RuntimeField.CpuSystem].Value;
        Assert.InRange(total / 1e6, before.TotalMilliseconds - 20, after.TotalMilliseconds + 20);
        Assert.True(snapshot[RuntimeField.CpuUser].Value > 50_000_000);
    }

    [Fact]
    public void Capture_Memory_IsWhatTheKernelSays()
    {
        var block = GC.AllocateUninitializedArray<byte>(64 << 20);
        block.AsSpan().Fill(1);

        var snapshot = Capture();
        var status = File.ReadAllLines("/proc/self/status");
        GC.KeepAlive(block);

        // The counters of the kernel are kept per processor, and other threads go on.
        Assert.InRange(snapshot[RuntimeField.WorkingSet].Value, Kilobytes("VmRSS:") - (4L << 20), Kilobytes("VmRSS:") + (4L << 20));
        Assert.InRange(snapshot[RuntimeField.VirtualMemory].Value, Kilobytes("VmSize:") - (64L << 20), Kilobytes("VmSize:") + (64L << 20));
        Assert.InRange(snapshot[RuntimeField.SharedMemory].Value, Kilobytes("RssFile:") - (4L << 20), Kilobytes("RssFile:") + Kilobytes("RssShmem:") + (4L << 20));
        Assert.True(snapshot[RuntimeField.WorkingSet].Value > 64 << 20);

        long Kilobytes(string key) => long.Parse(status.First(line => line.StartsWith(key, StringComparison.Ordinal))[key.Length..].Replace("kB", "")) * 1024;
    }

    [Fact]
    public void Capture_TimersAndPool_ShowWhatWasStarted()
    {
        var before = Capture();
        using var go = new ManualResetEventSlim();
        using var started = new CountdownEvent(3);
        var timers = Enumerable.Range(0, 100).Select(static _ => new Timer(static _ => { }, null, 600_000, 600_000)).ToList();
        for (var i = 0; i < 3; i++)
            ThreadPool.UnsafeQueueUserWorkItem(_ => { started.Signal(); go.Wait(TimeSpan.FromSeconds(30)); }, null);
        Assert.True(started.Wait(TimeSpan.FromSeconds(30)));
        var during = Capture();
        go.Set();
        timers.ForEach(static one => one.Dispose());

        Assert.Equal(100, during[RuntimeField.Timers].Value - before[RuntimeField.Timers].Value);
        Assert.True(during[RuntimeField.PoolBusy].Value >= 3);
        Assert.True(during[RuntimeField.PoolThreads].Value >= during[RuntimeField.PoolBusy].Value);
        ThreadPool.GetMinThreads(out var minimum, out _);
        ThreadPool.GetMaxThreads(out var maximum, out _);
        Assert.Equal(minimum, during[RuntimeField.PoolMinimum].Value);
        Assert.Equal(maximum, during[RuntimeField.PoolMaximum].Value);
        Assert.True(SpinWait.SpinUntil(() => Capture()[RuntimeField.PoolCompleted].Value >= before[RuntimeField.PoolCompleted].Value + 3, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Capture_AContendedLock_IsCounted()
    {
        var before = Capture()[RuntimeField.LockContentions].Value;
        var gate = new object();
        using var waiting = new ManualResetEventSlim();
        Thread other;
        lock (gate)
        {
            other = new Thread(() => { waiting.Set(); lock (gate) { } });
            other.Start();
            waiting.Wait();
            Assert.True(SpinWait.SpinUntil(() => (other.ThreadState & System.Threading.ThreadState.WaitSleepJoin) != 0, TimeSpan.FromSeconds(30)));
        }
        other.Join();

        Assert.True(Capture()[RuntimeField.LockContentions].Value > before);
    }

    [Fact]
    public void Capture_AfterDispose_LeavesTheKernelsFiguresUnknown()
    {
        var reader = new RuntimeReader();
        reader.Dispose();
        reader.Capture(out var snapshot);

        Assert.Equal(WhyUnknown.ReadFailed, snapshot[RuntimeField.WorkingSet].Why);
        Assert.True(snapshot[RuntimeField.TotalAllocated].IsKnown);
    }

    static void Spin(TimeSpan time)
    {
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < time) { }
    }
}
