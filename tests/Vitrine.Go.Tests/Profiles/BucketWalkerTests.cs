using Vitrine.Go.Binary;
using Vitrine.Go.Memory;
using Vitrine.Go.Profiles;
using Vitrine.Instruments;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Tests.Profiles;

/// <summary>The walk over a bucket list made of bytes: good ones, and those a hostile process could make.</summary>
public sealed class BucketWalkerTests
{
    const ulong First = 0x10000;
    const ulong Step = 0x100;

    [Fact]
    public void Walk_GoodList_ReadsEveryBucketInOrder()
    {
        byte[] bytes = List(3);
        BucketWalker walker = Walk(bytes);

        Assert.Equal("", walker.CutBecause);
        Assert.Equal([First, First + Step, First + 2 * Step], walker.Buckets.Select(b => b.Address));
        Assert.Equal([0x401000UL, 0x402000UL], walker.Buckets[0].Stack);
        Assert.Equal(64UL, walker.Buckets[0].ObjectSize);
        Assert.Equal(7UL, walker.Buckets[0].Word(0));
    }

    [Fact]
    public void Walk_ListInACircle_StopsAndSaysSo()
    {
        byte[] bytes = List(3);
        Put(bytes, 2 * (int)Step + 8, First);
        BucketWalker walker = Walk(bytes);

        Assert.Equal(3, walker.Buckets.Count);
        Assert.Contains("circle", walker.CutBecause, StringComparison.Ordinal);
    }

    [Fact]
    public void Walk_LongerThanAllowed_StopsAndSaysSo()
    {
        BucketWalker walker = Walk(List(50), maxBuckets: 10);

        Assert.Equal(10, walker.Buckets.Count);
        Assert.Contains("more than 10", walker.CutBecause, StringComparison.Ordinal);
    }

    [Fact]
    public void Walk_MoreStacksThanAllowed_StopsAndSaysSo()
    {
        var walker = new BucketWalker(View(new BytesMemory().Add(First, List(50))), BucketListKind.Memory) { MaxStackBytes = 5 * 16 };
        walker.Walk(First, 1000, CancellationToken.None);

        Assert.Equal(6, walker.Buckets.Count);
        Assert.Contains("its stacks have more than", walker.CutBecause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16, 2UL)] // another type of bucket
    [InlineData(40, 1UL << 40)] // a stack of a trillion frames
    [InlineData(40, (ulong)RuntimeLimits.MaxBucketFrames + 1)]
    [InlineData(8, 0xdead_0000UL)] // the next bucket is nowhere
    public void Walk_SpoiledBucket_StopsBeforeItAndKeepsTheOthers(int offset, ulong value)
    {
        byte[] bytes = List(3);
        Put(bytes, (int)Step + offset, value);
        BucketWalker walker = Walk(bytes);

        Assert.InRange(walker.Buckets.Count, 1, 2);
        Assert.NotEqual("", walker.CutBecause);
    }

    [Fact]
    public void Settle_CountersThatNeverRest_AreTorn()
    {
        byte[] bytes = List(2);
        var memory = new RestlessMemory(new BytesMemory().Add(First, bytes), () => Put(bytes, 48 + 16, BitConverter.ToUInt64(bytes, 48 + 16) + 1));
        var walker = new BucketWalker(View(memory), BucketListKind.Memory);
        walker.Walk(First, 100, CancellationToken.None);
        walker.Settle(4, CancellationToken.None);

        Assert.False(walker.Buckets[0].IsStable);
        Assert.True(walker.Buckets[1].IsStable);
        Assert.Equal(1, walker.Retried);
    }

    static BucketWalker Walk(byte[] bytes, int maxBuckets = 1000)
    {
        var walker = new BucketWalker(View(new BytesMemory().Add(First, bytes)), BucketListKind.Memory);
        walker.Walk(First, maxBuckets, CancellationToken.None);
        return walker;
    }

    static RuntimeView View(IMemoryReader memory)
    {
        Assert.True(GoVersion.TryParse("go1.26.1", out GoVersion? version));
        return new RuntimeView(memory, version, "amd64", name => Known<ulong>.Unknown(name), name => Known<StructLayout>.Unknown(name));
    }

    // Buckets of two frames each: header, stack, counters (16 words in Go 1.26).
    static byte[] List(int count)
    {
        var bytes = new byte[count * (int)Step];
        for (int i = 0; i < count; i++)
        {
            int at = i * (int)Step;
            Put(bytes, at + 8, i + 1 < count ? First + (ulong)(i + 1) * Step : 0);
            Put(bytes, at + 16, 1);
            Put(bytes, at + 32, 64);
            Put(bytes, at + 40, 2);
            Put(bytes, at + 48, 0x401000);
            Put(bytes, at + 56, 0x402000);
            Put(bytes, at + 64, 7);
        }
        return bytes;
    }

    static void Put(byte[] bytes, int offset, ulong value) => BitConverter.TryWriteBytes(bytes.AsSpan(offset), value);

    /// <summary>Memory that changes before every plan is read.</summary>
    sealed class RestlessMemory(IMemoryReader inner, Action change) : IMemoryReader
    {
        public int PointerSize => inner.PointerSize;

        public int Read(ulong address, Span<byte> destination) => inner.Read(address, destination);

        public void Read(ReadPlan plan)
        {
            change();
            inner.Read(plan);
        }
    }
}
