using System.Runtime.CompilerServices;

namespace Vitrine.DotNet.Runtime;

/// <summary>
/// What <see cref="GC.GetGCMemoryInfo(GCKind)"/> tells, without its allocation. That method makes a new <c>System.GCMemoryInfoData</c> of 288 bytes for each call and
/// has the runtime fill it; here each thread keeps one and has it filled again.
/// </summary>
/// <remarks>
/// Relies on three internals of .NET 10 (src/coreclr/System.Private.CoreLib/src/System/GC.CoreCLR.cs, src/libraries/System.Private.CoreLib/src/System/GCMemoryInfo.cs): the
/// type <c>System.GCMemoryInfoData</c>, its fields, and <c>GC.GetMemoryInfo(GCMemoryInfoData, int)</c>. They are tried once; a runtime that has them differently gets the
/// public method, which costs the allocation and gives the same figures.
/// </remarks>
static class GcMemory
{
    [ThreadStatic]
    static object? t_data;

    /// <summary>Whether the figures come without an allocation.</summary>
    public static bool IsAllocationFree { get; } = Probe();

    /// <summary>Fills in what describes the last collection.</summary>
    public static void Capture(ref RuntimeSnapshot snapshot)
    {
        if (IsAllocationFree)
            CaptureInto(t_data ??= NewData(), ref snapshot);
        else
            CapturePublic(ref snapshot);
    }

    static void CaptureInto(object data, ref RuntimeSnapshot snapshot)
    {
        GetMemoryInfo(null, data, (int)GCKind.Any);
        var index = Index(data);
        SetAlwaysKnown(ref snapshot, TotalAvailable(data), HighLoad(data));
        if (index == 0)
        {
            SetNoCollection(ref snapshot);
            return;
        }
        snapshot.Set(RuntimeField.LastIndex, index);
        snapshot.Set(RuntimeField.LastCommitted, Committed(data));
        SetGeneration(ref snapshot, 0, Generation0(data));
        SetGeneration(ref snapshot, 1, Generation1(data));
        SetGeneration(ref snapshot, 2, Generation2(data));
        SetGeneration(ref snapshot, 3, Generation3(data));
        SetGeneration(ref snapshot, 4, Generation4(data));
        snapshot.Set(RuntimeField.LastGeneration, Generation(data));
        snapshot.Set(RuntimeField.LastCompacted, Compacted(data));
        snapshot.Set(RuntimeField.LastConcurrent, Concurrent(data));
        snapshot.Set(RuntimeField.LastPause1, Nanoseconds(Pause0(data)));
        snapshot.Set(RuntimeField.LastPause2, Nanoseconds(Pause1(data)));
        snapshot.Set(RuntimeField.LastPromoted, Promoted(data));
        snapshot.Set(RuntimeField.LastPinned, Pinned(data));
        snapshot.Set(RuntimeField.LastFinalizationPending, FinalizationPending(data));
        snapshot.Set(RuntimeField.PauseShare, PauseShare(data));
        snapshot.Set(RuntimeField.MemoryLoad, Load(data));
    }

    /// <summary>The same from the public method.</summary>
    internal static void CapturePublic(ref RuntimeSnapshot snapshot)
    {
        var info = GC.GetGCMemoryInfo(GCKind.Any);
        SetAlwaysKnown(ref snapshot, info.TotalAvailableMemoryBytes, info.HighMemoryLoadThresholdBytes);
        if (info.Index == 0)
        {
            SetNoCollection(ref snapshot);
            return;
        }
        snapshot.Set(RuntimeField.LastIndex, info.Index);
        snapshot.Set(RuntimeField.LastCommitted, info.TotalCommittedBytes);
        for (var generation = 0; generation < 5; generation++)
            SetGeneration(ref snapshot, generation, info.GenerationInfo[generation]);
        snapshot.Set(RuntimeField.LastGeneration, info.Generation);
        snapshot.Set(RuntimeField.LastCompacted, info.Compacted ? 1 : 0);
        snapshot.Set(RuntimeField.LastConcurrent, info.Concurrent ? 1 : 0);
        snapshot.Set(RuntimeField.LastPause1, Nanoseconds(info.PauseDurations[0]));
        snapshot.Set(RuntimeField.LastPause2, Nanoseconds(info.PauseDurations[1]));
        snapshot.Set(RuntimeField.LastPromoted, info.PromotedBytes);
        snapshot.Set(RuntimeField.LastPinned, info.PinnedObjectsCount);
        snapshot.Set(RuntimeField.LastFinalizationPending, info.FinalizationPendingCount);
        snapshot.Set(RuntimeField.PauseShare, (long)Math.Round(info.PauseTimePercentage * 100));
        snapshot.Set(RuntimeField.MemoryLoad, info.MemoryLoadBytes);
    }

    static void SetAlwaysKnown(ref RuntimeSnapshot snapshot, long available, long highLoad)
    {
        // Before the first collection the runtime has not written these two either.
        if (available > 0) snapshot.Set(RuntimeField.TotalAvailable, available);
        else snapshot.SetUnknown(RuntimeField.TotalAvailable, WhyUnknown.NoCollectionYet);
        if (highLoad > 0) snapshot.Set(RuntimeField.HighMemoryThreshold, highLoad);
        else snapshot.SetUnknown(RuntimeField.HighMemoryThreshold, WhyUnknown.NoCollectionYet);
    }

    static void SetNoCollection(ref RuntimeSnapshot snapshot) =>
        snapshot.SetUnknown(RuntimeField.LastCommitted, RuntimeField.MemoryLoad, WhyUnknown.NoCollectionYet);

    static void SetGeneration(ref RuntimeSnapshot snapshot, int generation, GCGenerationInfo info)
    {
        snapshot.Set(RuntimeField.LastSize0 + generation, info.SizeAfterBytes);
        snapshot.Set(RuntimeField.LastFragmentation0 + generation, info.FragmentationAfterBytes);
    }

    static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;

    static bool Probe()
    {
        try
        {
            // The fields are touched through this call as well: each accessor is bound when it is first used.
            var snapshot = default(RuntimeSnapshot);
            CaptureInto(NewData(), ref snapshot);
            TouchAll(NewData());
            return true;
        }
        catch (Exception e) when (e is MissingMemberException or TypeLoadException or BadImageFormatException or NotSupportedException)
        {
            return false;
        }
    }

    // Before the first collection CaptureInto returns early: bind every accessor here, so that none can fail later.
    static void TouchAll(object data) => _ = Committed(data) + Generation0(data).SizeAfterBytes + Generation1(data).SizeAfterBytes + Generation2(data).SizeAfterBytes
        + Generation3(data).SizeAfterBytes + Generation4(data).SizeAfterBytes + Generation(data) + Compacted(data) + Concurrent(data) + Pause0(data).Ticks
        + Pause1(data).Ticks + Promoted(data) + Pinned(data) + FinalizationPending(data) + PauseShare(data) + Load(data);

    const string Data = "System.GCMemoryInfoData";

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    [return: UnsafeAccessorType(Data)]
    static extern object NewData();

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "GetMemoryInfo")]
    static extern void GetMemoryInfo([UnsafeAccessorType("System.GC")] object? type, [UnsafeAccessorType(Data)] object data, int kind);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_index")]
    static extern ref long Index([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_totalAvailableMemoryBytes")]
    static extern ref long TotalAvailable([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_highMemoryLoadThresholdBytes")]
    static extern ref long HighLoad([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_memoryLoadBytes")]
    static extern ref long Load([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_totalCommittedBytes")]
    static extern ref long Committed([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_promotedBytes")]
    static extern ref long Promoted([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_pinnedObjectsCount")]
    static extern ref long Pinned([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_finalizationPendingCount")]
    static extern ref long FinalizationPending([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_generation")]
    static extern ref int Generation([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_pauseTimePercentage")]
    static extern ref int PauseShare([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_compacted")]
    static extern ref byte Compacted([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_concurrent")]
    static extern ref byte Concurrent([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_generationInfo0")]
    static extern ref GCGenerationInfo Generation0([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_generationInfo1")]
    static extern ref GCGenerationInfo Generation1([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_generationInfo2")]
    static extern ref GCGenerationInfo Generation2([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_generationInfo3")]
    static extern ref GCGenerationInfo Generation3([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_generationInfo4")]
    static extern ref GCGenerationInfo Generation4([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_pauseDuration0")]
    static extern ref TimeSpan Pause0([UnsafeAccessorType(Data)] object data);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_pauseDuration1")]
    static extern ref TimeSpan Pause1([UnsafeAccessorType(Data)] object data);
}
