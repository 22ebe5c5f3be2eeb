using System.Buffers.Binary;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Tests.Support;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Memory;

public sealed class ReadPlanTests : IDisposable
{
    readonly PageArea area = new(pages: 64);
    readonly LiveMemory memory = LiveMemory.Open(LinuxProcess.Open(Environment.ProcessId));

    public void Dispose()
    {
        memory.Dispose();
        area.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(4096)]
    [InlineData(65536)]
    public void Read_RandomRanges_EqualsTheMemory(int gap)
    {
        var random = new Random(7);
        using var plan = new ReadPlan { CoalesceGap = gap };
        var expected = new List<(int Offset, int Length)>();
        for (var round = 0; round < 3; round++)
        {
            plan.Clear();
            expected.Clear();
            for (var i = 0; i < 5000; i++)
            {
                var offset = random.Next(area.Length);
                var length = random.Next(Math.Min(3000, area.Length - offset + 1));
                expected.Add((offset, length));
                Assert.Equal(i, plan.Add(area.Address + (ulong)offset, length));
            }
            memory.Read(plan);
            for (var i = 0; i < expected.Count; i++)
            {
                Assert.True(plan.Ok(i));
                Assert.True(plan[i].SequenceEqual(area.Bytes.Slice(expected[i].Offset, expected[i].Length)));
            }
        }
    }

    [Fact]
    public void Read_HolesInTheMiddle_MarksExactlyTheRangesThatTouchThem()
    {
        int[] holes = [0, 3, 4, 17, 40, 63];
        foreach (var page in holes)
            area.MakeHole(page);

        var random = new Random(11);
        foreach (var gap in new[] { 0, 512, 100_000 })
        {
            using var plan = new ReadPlan { CoalesceGap = gap };
            var expected = new List<(int Offset, int Length)>();
            for (var i = 0; i < 3000; i++)
            {
                var offset = random.Next(area.Length);
                var length = 1 + random.Next(Math.Min(9000, area.Length - offset));
                expected.Add((offset, length));
                plan.Add(area.Address + (ulong)offset, length);
            }
            memory.Read(plan);
            for (var i = 0; i < expected.Count; i++)
            {
                var (offset, length) = expected[i];
                var readable = !holes.Any(h => offset < (h + 1) * 4096 && offset + length > h * 4096);
                Assert.Equal(readable, plan.Ok(i));
                if (readable)
                {
                    for (var b = 0; b < length; b++)
                        Assert.Equal(PageArea.ByteAt(offset + b), plan[i][b]);
                }
                else
                {
                    Assert.True(plan[i].IsEmpty);
                }
            }
        }
    }

    [Fact]
    public void Read_ImpossibleRanges_AreMarkedAndTheOthersRead()
    {
        using var plan = new ReadPlan();
        plan.Add(0, 8);
        plan.Add(ulong.MaxValue, 8);
        plan.Add(ulong.MaxValue - 8, 8);
        plan.Add(0xffff_8000_0000_0000, 4096);
        plan.Add(0x0000_8000_0000_0000, 1);
        plan.Add(area.Address, 0);
        plan.Add(area.Address + 5, 3);
        memory.Read(plan);
        Assert.Equal([false, false, false, false, false, true, true], Enumerable.Range(0, plan.Count).Select(plan.Ok));
        Assert.True(plan[6].SequenceEqual(area.Bytes.Slice(5, 3)));
    }

    [Fact]
    public void Read_NeighboursWithinTheGap_AreOneExtent()
    {
        using var plan = new ReadPlan { CoalesceGap = 100 };
        for (var i = 9; i >= 0; i--)
            plan.Add(area.Address + (ulong)(i * 200), 100);
        plan.Add(area.Address + 2001, 10);
        memory.Read(plan);
        Assert.Equal(2, plan.ExtentCount);
        Assert.Equal(1, plan.SystemCalls);
        Assert.Equal(1910, plan.BytesRead);
    }

    [Fact]
    public void Read_ReusedPlan_AllocatesNothing()
    {
        using var plan = new ReadPlan { CoalesceGap = 0 };
        Assert.Equal(0, AllocatedBytes.Of(() => Fill(plan), rounds: 5));

        void Fill(ReadPlan p)
        {
            p.Clear();
            for (var i = 0; i < 20_000; i++)
                p.Add(area.Address + (ulong)((i * 7919) % (area.Length - 16)), 16);
            memory.Read(p);
            Assert.True(p.Ok(0) && p.Ok(19_999));
        }
    }

    [Fact]
    public void Add_BeyondTheRangeLimit_Throws()
    {
        using var plan = new ReadPlan(new Limits { MaxPlanRanges = 2 });
        plan.Add(1, 1);
        plan.Add(2, 1);
        Assert.Contains("MaxPlanRanges", Assert.Throws<InvalidOperationException>(() => plan.Add(3, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BeyondTheByteLimit_ThrowsBeforeTakingMemory()
    {
        using var plan = new ReadPlan(new Limits { MaxPlanBytes = 8192 });
        plan.Add(area.Address, 8192);
        memory.Read(plan);
        plan.Add(0x10000, int.MaxValue);
        Assert.Contains("MaxPlanBytes", Assert.Throws<InvalidOperationException>(() => memory.Read(plan)).Message, StringComparison.Ordinal);
        Assert.False(plan.Ok(0));
    }

    [Fact]
    public void Sort_ManyRandomKeys_IsSortedInStep()
    {
        var random = new Random(3);
        foreach (var count in new[] { 0, 1, 2, 100, 5000, 100_000 })
        {
            foreach (var mask in new[] { 0xffUL, 0x7fff_ffff_ffUL, ulong.MaxValue })
            {
                var original = Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue) & mask).ToArray();
                using var plan = new ReadPlan();
                foreach (var address in original)
                    plan.Add(address, 0);
                plan.Begin();
                unsafe
                {
                    var sorted = new List<ulong>();
                    for (var i = 0; i < count; i++)
                        sorted.Add(plan.RangeInOrder(i)->Address);
                    Assert.Equal(original.Order(), sorted);
                }
            }
        }
    }

    [Fact]
    public void Read_FromBytesMemory_BehavesLikeLiveMemory()
    {
        var bytes = new byte[100];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(10), 0x1122334455667788);
        var source = new BytesMemory().Add(0x1000, bytes).Add(0x1064, [1, 2, 3]);
        using var plan = new ReadPlan();
        plan.Add(0x100a, 8);
        plan.Add(0x1062, 5);
        plan.Add(0x1062, 6);
        source.Read(plan);
        Assert.Equal(0x1122334455667788UL, BinaryPrimitives.ReadUInt64LittleEndian(plan[0]));
        Assert.Equal([0, 0, 1, 2, 3], plan[1].ToArray());
        Assert.False(plan.Ok(2));
    }
}
