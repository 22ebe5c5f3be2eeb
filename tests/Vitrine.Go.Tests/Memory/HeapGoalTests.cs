using System.Buffers.Binary;
using Vitrine.Go.Binary;
using Vitrine.Go.Layouts;
using Vitrine.Go.Memory;

namespace Vitrine.Go.Tests.Memory;

/// <summary>The pacer's rule for the heap goal in the cases that a quiet target does not reach.</summary>
public sealed class HeapGoalTests
{
    const ulong NoLimit = long.MaxValue;
    const ulong MiB = 1 << 20;

    [Fact]
    public void Compute_NoMemoryLimit_IsTheGoalOfGogc() =>
        Assert.Equal(8 * MiB, Goal("go1.26.1", percentGoal: 8 * MiB));

    [Fact]
    public void Compute_SweepDistance_RaisesTheGoal() =>
        Assert.Equal(9 * MiB, Goal("go1.26.1", percentGoal: 8 * MiB, sweepDistance: 9 * MiB));

    [Fact]
    public void Compute_TriggeredAboveTheGoal_LeavesAMinimumRunway() =>
        Assert.Equal(12 * MiB + (64 << 10), Goal("go1.26.1", percentGoal: 8 * MiB, triggered: 12 * MiB));

    [Theory]
    [InlineData("go1.19.8", 99)] // a fixed megabyte of headroom
    [InlineData("go1.26.1", 97)] // three percent of headroom
    public void Compute_MemoryLimit_SubtractsWhatIsNoHeapAndHeadroom(string version, ulong percentLeft)
    {
        // 120 MiB mapped, of which 100 MiB are heap: 20 MiB are something else, 100 MiB are left for the heap.
        ulong goal = Goal(version, percentGoal: ulong.MaxValue, limit: 120 * MiB, mapped: 120 * MiB, heapAlloc: 100 * MiB);
        Assert.Equal(percentLeft * MiB, goal);
    }

    [Fact]
    public void Compute_MoreMappedThanTheLimitAllows_IsTheMarkedHeap() =>
        Assert.Equal(5 * MiB, Goal("go1.26.1", percentGoal: ulong.MaxValue, limit: 50 * MiB, mapped: 200 * MiB, heapAlloc: 10 * MiB, marked: 5 * MiB));

    [Fact]
    public void Compute_FiguresThatContradictEachOther_DoesNotUnderflow() =>
        Assert.Equal(97 * MiB, Goal("go1.26.1", percentGoal: ulong.MaxValue, limit: 100 * MiB, mapped: 10 * MiB, heapAlloc: 90 * MiB));

    static ulong Goal(
        string versionText, ulong percentGoal, ulong sweepDistance = 0, ulong triggered = ulong.MaxValue, ulong limit = NoLimit, ulong mapped = 0,
        ulong heapAlloc = 0, ulong marked = 0)
    {
        Assert.True(GoVersion.TryParse(versionText, out GoVersion? version));
        Assert.True(RuntimeLayouts.Instance.TryGetStruct(version, "amd64", "runtime.gcControllerState", out StructLayout? layout));
        var bytes = new byte[layout.Size];
        void Put(string field, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(layout.RequiredOffset(field)), value);
        Put("gcPercentHeapGoal", percentGoal);
        Put("sweepDistMinTrigger", sweepDistance);
        Put("triggered", triggered);
        Put("memoryLimit", limit);
        Put("mappedReady", mapped);
        Put("heapMarked", marked);
        return HeapGoal.Compute(StructImage.Of(0x1000, layout, bytes), version, heapFree: 0, heapAlloc);
    }
}
