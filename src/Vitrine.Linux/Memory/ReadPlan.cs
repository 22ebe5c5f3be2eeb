using System.Runtime.InteropServices;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Memory;

/// <summary>
/// Many ranges of memory read in few system calls. Add the ranges in any order, give the plan to <see cref="IMemoryReader.Read(ReadPlan)"/>,
/// take the bytes by index, <see cref="Clear"/> and use it again: a plan that has reached its size allocates nothing more.
/// Ranges are sorted by address, and neighbours whose gap is at most <see cref="CoalesceGap"/> bytes are read as one.
/// Not safe for use by several threads at a time.
/// </summary>
public sealed unsafe class ReadPlan : IDisposable
{
    /// <summary>
    /// Default of <see cref="CoalesceGap"/>: just below a page, so that no page is looked at on which nothing was asked for.
    /// Measured on 100,000 parked goroutines of Go 1.26 (480-byte g structs side by side, 640 used bytes in 2 KiB stacks; virtual machine, 2 busy cores; best of 8, buffer in use before):
    /// <code>
    ///  gap    g structs                       stacks
    ///     0   11.4 ms (6254 ranges, 48 MB)    60 ms (100,008 ranges,  64 MB,  98 calls)
    ///   512   11.5 ms (5519 ranges, 48 MB)    60 ms (the same)
    ///  2048   11.4 ms (5513 ranges, 48 MB)    34 ms (  7152 ranges, 195 MB, 189 calls)
    ///  4096   11.4 ms (5513 ranges, 48 MB)    34 ms (  5860 ranges, 199 MB, 190 calls)
    /// 65536   29.3 ms ( 321 ranges, 222 MB)   38 ms (   349 ranges, 261 MB, 196 calls)
    /// </code>
    /// A range of its own costs about 0.6 µs, a page copied in passing about the same.
    /// </summary>
    public const int DefaultCoalesceGap = 4095;

    /// <summary>Largest <see cref="CoalesceGap"/>, in bytes.</summary>
    public const int LargestCoalesceGap = 1 << 20;

    // A gap as small as this is kept: another vector costs more than its bytes.
    const int NearGap = 64;

    readonly Limits limits;
    readonly NativeBuffer<Range> ranges = new();
    readonly NativeBuffer<Island> islands = new();
    readonly NativeBuffer<ulong> keys = new();
    readonly NativeBuffer<int> order = new();
    readonly NativeBuffer<byte> bytes = new();
    readonly NativeBuffer<IoVec> vectors = new();
    readonly NativeBuffer<byte> junk = new();
    int* sorted;
    bool executed;

    /// <summary>Creates an empty plan.</summary>
    /// <param name="limits"><see cref="Limits.MaxPlanRanges"/> and <see cref="Limits.MaxPlanBytes"/> apply.</param>
    public ReadPlan(Limits? limits = null) => this.limits = limits ?? Limits.Default;

    /// <summary>Ranges whose gap is at most this many bytes are read together, the gap included.</summary>
    public int CoalesceGap
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LargestCoalesceGap);
            field = value;
        }
    } = DefaultCoalesceGap;

    /// <summary>Ranges added since the last <see cref="Clear"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that the last read copied out of the target, gaps included.</summary>
    public long BytesRead { get; internal set; }

    /// <summary>System calls that the last read made on the target's memory.</summary>
    public int SystemCalls { get; internal set; }

    /// <summary>Stretches of memory that the last read asked the kernel for, after merging.</summary>
    public int ExtentCount { get; internal set; }

    /// <summary>The bytes of a range; empty when it could not be read. Valid until <see cref="Clear"/>, the next read or <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            if (!Ok(index))
                return default;
            var range = ranges.Pointer + index;
            return new ReadOnlySpan<byte>(bytes.Pointer + range->BufferOffset, range->Length);
        }
    }

    /// <summary>Adds a range.</summary>
    /// <param name="address">Its first address. Any value: an impossible range is marked as not readable.</param>
    /// <param name="length">Its length in bytes; 0 is allowed and always <see cref="Ok"/>.</param>
    /// <returns>The index of the range: 0, 1, 2 …</returns>
    /// <exception cref="InvalidOperationException">The plan holds <see cref="Limits.MaxPlanRanges"/> ranges.</exception>
    public int Add(ulong address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (Count >= limits.MaxPlanRanges)
            throw new InvalidOperationException($"A read plan holds at most {limits.MaxPlanRanges} ranges (Limits.MaxPlanRanges); read in parts.");
        ranges.Grow(Count + 1L);
        ranges.Pointer[Count] = new Range { Address = address, Length = length };
        executed = false;
        return Count++;
    }

    /// <summary>Forgets the ranges and their bytes, keeps the memory.</summary>
    public void Clear()
    {
        Count = 0;
        ExtentCount = 0;
        executed = false;
    }

    /// <summary>True when the range was read in full.</summary>
    public bool Ok(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return executed && ranges.Pointer[index].Ok != 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        ranges.Dispose();
        islands.Dispose();
        keys.Dispose();
        order.Dispose();
        bytes.Dispose();
        vectors.Dispose();
        junk.Dispose();
    }

    /// <summary>Sorts the ranges, unites those that touch or overlap, and makes room for their bytes. All ranges count as readable until <see cref="Fail"/>.</summary>
    internal void Begin()
    {
        executed = false;
        BytesRead = 0;
        SystemCalls = 0;
        ExtentCount = 0;
        IslandCount = 0;
        SortRanges();

        islands.Grow(Math.Max(Count, 1));
        ulong total = 0;
        Island* current = null;
        for (var i = 0; i < Count; i++)
        {
            var range = ranges.Pointer + sorted[i];
            range->Ok = 1;
            if (range->Length == 0)
                continue;
            if (range->Address > ulong.MaxValue - (ulong)range->Length)
            {
                range->Ok = 0;
                continue;
            }

            var end = range->Address + (ulong)range->Length;
            if (current == null || range->Address > current->End && range->Address - current->End > (ulong)Math.Min(CoalesceGap, NearGap))
            {
                if (current != null)
                    total += current->Length;
                current = islands.Pointer + IslandCount++;
                *current = new Island { Address = range->Address, End = end, BufferOffset = (long)total, FirstRange = i };
            }
            current->End = Math.Max(current->End, end);
            current->LastRange = i;
            range->BufferOffset = current->BufferOffset + (long)(range->Address - current->Address);
            if (total + current->Length > (ulong)limits.MaxPlanBytes)
                throw new InvalidOperationException($"A read plan holds at most {limits.MaxPlanBytes} bytes (Limits.MaxPlanBytes); read in parts.");
        }
        if (current != null)
            total += current->Length;
        bytes.Reserve((long)total);
        vectors.Reserve(2 * Libc.IovMax);
        junk.Reserve(Math.Max(CoalesceGap, 1));
    }

    /// <summary>From here on the bytes may be taken.</summary>
    internal void Complete() => executed = true;

    internal int IslandCount { get; private set; }

    internal Island* Islands => islands.Pointer;

    internal byte* Bytes => bytes.Pointer;

    /// <summary>Where the bytes of gaps go.</summary>
    internal byte* Junk => junk.Pointer;

    /// <summary>Room for the vectors of one call: first the local ones, then the remote ones.</summary>
    internal IoVec* Vectors => vectors.Pointer;

    internal Range* RangeInOrder(int place) => ranges.Pointer + sorted[place];

    /// <summary>One page of an island is not readable: marks the ranges that touch it.</summary>
    /// <param name="island">The island.</param>
    /// <param name="from">First range, in sorted order, that is not decided yet; afterwards the first one behind the page.</param>
    /// <param name="failed">First unreadable address.</param>
    /// <param name="pageEnd">The address behind its page.</param>
    /// <returns>The address to go on from, or null when nothing of the island is left.</returns>
    internal ulong? Fail(Island* island, ref int from, ulong failed, ulong pageEnd)
    {
        for (; from <= island->LastRange; from++)
        {
            var range = RangeInOrder(from);
            if (range->Length == 0)
                continue;
            if (range->Address >= pageEnd)
                return range->Address;
            if (range->Address + (ulong)range->Length > failed)
                range->Ok = 0;
        }
        return null;
    }

    /// <summary>For readers to which a call costs nothing: each range by itself.</summary>
    internal void ReadOneByOne(IMemoryReader memory)
    {
        Begin();
        for (var i = 0; i < Count; i++)
        {
            var range = ranges.Pointer + i;
            if (range->Ok == 0 || range->Length == 0)
                continue;
            var got = memory.Read(range->Address, new Span<byte>(bytes.Pointer + range->BufferOffset, range->Length));
            BytesRead += got;
            if (got != range->Length)
                range->Ok = 0;
        }
        Complete();
    }

    void SortRanges()
    {
        var count = Count;
        keys.Grow(Math.Max(2L * count, 1));
        order.Grow(Math.Max(2L * count, 1));
        for (var i = 0; i < count; i++)
        {
            keys.Pointer[i] = ranges.Pointer[i].Address;
            order.Pointer[i] = i;
        }
        var inScratch = RangeSorter.Sort(keys.Span(0, count), order.Span(0, count), keys.Span(count, count), order.Span(count, count));
        sorted = order.Pointer + (inScratch ? count : 0);
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Range
    {
        public ulong Address;
        public int Length;
        public int Ok;
        public long BufferOffset;
    }

    /// <summary>
    /// Ranges that touch or overlap. The buffer holds islands one behind the other and no gaps: what lies between islands is copied to one small junk buffer that
    /// stays in the cache, because writing it to fresh memory would cost more than reading it (measured: 200 MB read, 64 MB wanted).
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Island
    {
        public ulong Address;
        public ulong End;
        public long BufferOffset;
        public int FirstRange;
        public int LastRange;

        public readonly ulong Length => End - Address;
    }
}
