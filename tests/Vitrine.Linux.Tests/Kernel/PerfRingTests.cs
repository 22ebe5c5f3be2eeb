using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Vitrine.Linux.Kernel;

namespace Vitrine.Linux.Tests.Kernel;

/// <summary>The reading side of a ring against a writer that does what the kernel does.</summary>
public sealed unsafe class PerfRingTests
{
    const int Page = 4096, Data = 4096, HeadAt = 1024, TailAt = 1032;

    sealed class Memory : SafeHandle
    {
        public Memory() : base(0, ownsHandle: true)
        {
            SetHandle((nint)NativeMemory.AlignedAlloc(Page + Data, Page));
            new Span<byte>((void*)handle, Page + Data).Clear();
        }

        public override bool IsInvalid => handle == 0;

        public ref ulong Head => ref *(ulong*)((byte*)handle + HeadAt);

        public ref ulong Tail => ref *(ulong*)((byte*)handle + TailAt);

        public nint Address => handle;

        /// <summary>Writes a record as the kernel does: when there is room, with what does not fit to the end at the beginning, and then moves the head.</summary>
        public bool TryWrite(PerfRecordType type, ReadOnlySpan<byte> contents)
        {
            var size = 8 + contents.Length;
            var head = Head;
            if (head + (ulong)size - Volatile.Read(ref Tail) > Data) return false;
            Span<byte> record = stackalloc byte[size];
            BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)type);
            BinaryPrimitives.WriteUInt16LittleEndian(record[6..], (ushort)size);
            contents.CopyTo(record[8..]);
            for (var i = 0; i < size; i++)
                ((byte*)handle)[Page + (int)((head + (ulong)i) % Data)] = record[i];
            Volatile.Write(ref Head, head + (ulong)size);
            return true;
        }

        protected override bool ReleaseHandle()
        {
            NativeMemory.AlignedFree((void*)handle);
            return true;
        }
    }

    sealed class Sink : IPerfRecordSink
    {
        public List<(PerfRecordType Type, byte[] Record)> Records { get; } = [];

        public void OnRecord(PerfRecordType type, ReadOnlySpan<byte> record) => Records.Add((type, record.ToArray()));
    }

    static byte[] Contents(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    [Fact]
    public void Drain_RecordsOfAllSizesThroughManyWraps_AreWholeAndInOrder()
    {
        using var memory = new Memory();
        using var ring = new PerfRing(memory.Address, Page, Data, owned: false);
        var sink = new Sink();
        var random = new Random(1);
        var written = new List<byte[]>();
        for (var round = 0; round < 2_000; round++)
        {
            var count = random.Next(1, 5);
            for (var i = 0; i < count; i++)
            {
                var contents = Contents(round * 10 + i, random.Next(0, 120) * 8);
                if (memory.TryWrite(PerfRecordType.Sample, contents)) written.Add(contents);
            }
            ring.Drain(ref sink);
            Assert.Equal(memory.Head, memory.Tail);
        }

        Assert.True(memory.Head > 100 * Data);
        Assert.Equal(written.Count, sink.Records.Count);
        for (var i = 0; i < written.Count; i++)
            Assert.Equal(written[i], sink.Records[i].Record[8..]);
        Assert.Equal(0, ring.Malformed);
    }

    [Fact]
    public void Drain_WhileAnotherThreadWrites_LosesAndTearsNothing()
    {
        using var memory = new Memory();
        using var ring = new PerfRing(memory.Address, Page, Data, owned: false);
        var sink = new Sink();
        const int Records = 20_000;
        var writer = new Thread(() =>
        {
            for (var i = 0; i < Records; i++)
            {
                var contents = Contents(i, i % 40 * 8);
                while (!memory.TryWrite(PerfRecordType.Sample, contents)) Thread.Yield();
            }
        });
        writer.Start();
        while (sink.Records.Count < Records && (writer.IsAlive || memory.Head != memory.Tail)) ring.Drain(ref sink);
        writer.Join();

        Assert.Equal(Records, sink.Records.Count);
        for (var i = 0; i < Records; i++)
            Assert.Equal(Contents(i, i % 40 * 8), sink.Records[i].Record[8..]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(4000)]
    public void Drain_SizeThatCannotBe_DropsWhatIsThereAndCountsIt(ushort size)
    {
        using var memory = new Memory();
        using var ring = new PerfRing(memory.Address, Page, Data, owned: false);
        var sink = new Sink();
        Assert.True(memory.TryWrite(PerfRecordType.Sample, new byte[64]));
        *(ushort*)((byte*)memory.Address + Page + 6) = size;

        Assert.Equal(0, ring.Drain(ref sink));
        Assert.Equal(1, ring.Malformed);
        Assert.Equal(memory.Head, memory.Tail);

        Assert.True(memory.TryWrite(PerfRecordType.Sample, new byte[64]));
        Assert.Equal(1, ring.Drain(ref sink));
    }

    [Fact]
    public void TryRead_SampleCutShortAnywhere_IsRefusedAndNotReadBeyond()
    {
        const ulong registers = 0b111;
        var record = new byte[8 + 32 + 8 + 16 + 8 + 24 + 8 + 32 + 8];
        var at = 40;
        Put(2); // chain
        Put(0xAAA);
        Put(0xBBB);
        Put(2); // PERF_SAMPLE_REGS_ABI_64
        Put(1);
        Put(2);
        Put(3);
        Put(32); // room for the stack
        at += 32;
        Put(24); // copied of it

        Assert.True(PerfSample.TryRead(record, registers, out var sample));
        Assert.Equal([0xAAA, 0xBBB], sample.Callchain.ToArray());
        Assert.Equal([1, 2, 3], sample.Registers.ToArray());
        Assert.Equal(24, sample.Stack.Length);
        for (var length = 0; length < record.Length; length++)
            Assert.False(PerfSample.TryRead(record.AsSpan(0, length), registers, out _));

        void Put(ulong value)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(at), value);
            at += 8;
        }
    }

    [Fact]
    public void TryRead_MutatedSamples_NeverThrow()
    {
        var random = new Random(7);
        var record = new byte[400];
        for (var round = 0; round < 20_000; round++)
        {
            random.NextBytes(record);
            // Small numbers where lengths are, so that more than the first test is reached.
            record.AsSpan(40, 8).Clear();
            record[40] = (byte)random.Next(60);
            var behind = 48 + record[40] * 8;
            if (behind + 8 < record.Length) record.AsSpan(behind + 1, 7).Clear();
            PerfSample.TryRead(record.AsSpan(0, random.Next(record.Length)), PerfEventRings.Registers, out _);
        }
    }
}
