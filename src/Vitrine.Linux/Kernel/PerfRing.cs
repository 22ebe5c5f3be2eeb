using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Vitrine.Linux.Kernel;

/// <summary>
/// The ring between the kernel and this process that perf_event_open(2) describes: a page of control fields, then data pages, a power of two. The kernel moves <c>data_head</c>, the reader
/// <c>data_tail</c>; both only grow. A record that does not fit to the end goes on at the beginning.
/// </summary>
sealed unsafe class PerfRing : SafeHandle
{
    // Offsets in struct perf_event_mmap_page, which are part of the kernel's interface.
    const int HeadAt = 1024, TailAt = 1032, HeaderSize = 8;

    readonly byte[] _whole = new byte[1 << 16]; // a record's size has 16 bits
    readonly nuint _length;
    readonly ulong _size;
    readonly bool _owned;

    /// <param name="memory">The control page, with the data pages behind it.</param>
    /// <param name="page">Size of the control page in bytes.</param>
    /// <param name="dataSize">Size of the data in bytes: a power of two.</param>
    /// <param name="owned">Whether it is unmapped at the end; tests make rings of their own memory.</param>
    public PerfRing(nint memory, int page, int dataSize, bool owned) : base(0, ownsHandle: true)
    {
        SetHandle(memory);
        (_size, _length, _owned, PageSize) = ((ulong)dataSize, (nuint)(page + dataSize), owned, page);
    }

    public override bool IsInvalid => handle is 0 or -1;

    public int DataSize => (int)_size;

    int PageSize { get; }

    /// <summary>Records that made no sense: what was in the ring then is dropped. It does not happen with a kernel that keeps its word.</summary>
    public long Malformed { get; private set; }

    /// <summary>Hands out everything that is in the ring and gives the room back, record by record. Allocates nothing.</summary>
    /// <returns>How many records there were.</returns>
    public int Drain<TSink>(ref TSink sink) where TSink : IPerfRecordSink
    {
        var data = (byte*)handle + PageSize;
        ref var headField = ref *(ulong*)((byte*)handle + HeadAt);
        ref var tailField = ref *(ulong*)((byte*)handle + TailAt);
        // Acquire: the records before the head are whole when the head is seen (the kernel's rule: smp_rmb after reading data_head).
        var head = Volatile.Read(ref headField);
        var tail = tailField; // only this side writes it
        var count = 0;
        while (tail < head)
        {
            // Records are aligned to 8 bytes, as is the ring: a header never wraps.
            var header = new ReadOnlySpan<byte>(data + (tail & (_size - 1)), HeaderSize);
            var size = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
            if (size < HeaderSize || size % 8 != 0 || size > head - tail || head - tail > _size)
            {
                Malformed++;
                tail = head;
                break;
            }
            sink.OnRecord((PerfRecordType)BinaryPrimitives.ReadInt32LittleEndian(header), At(data, tail, size));
            count++;
            tail += size;
            // Release: the kernel may overwrite what is before the tail, so everything has been read by now (smp_mb before writing data_tail). By record, so that a slow sink does not keep the ring full.
            Volatile.Write(ref tailField, tail);
        }
        Volatile.Write(ref tailField, tail);
        return count;
    }

    ReadOnlySpan<byte> At(byte* data, ulong at, int size)
    {
        var start = at & (_size - 1);
        var first = (int)Math.Min((ulong)size, _size - start);
        if (first == size) return new(data + start, size);
        new ReadOnlySpan<byte>(data + start, first).CopyTo(_whole);
        new ReadOnlySpan<byte>(data, size - first).CopyTo(_whole.AsSpan(first));
        return _whole.AsSpan(0, size);
    }

    /// <summary>Maps the ring of an event.</summary>
    /// <returns>The ring, or null with the errno.</returns>
    public static PerfRing? TryMap(SafeHandle descriptor, int dataPages, out int errno)
    {
        var page = Environment.SystemPageSize;
        var memory = PerfCalls.Map(0, (nuint)(page * (1 + dataPages)), PerfCalls.ReadWrite, PerfCalls.Shared, descriptor, 0);
        errno = memory == -1 ? Marshal.GetLastPInvokeError() : 0;
        return memory == -1 ? null : new PerfRing(memory, page, page * dataPages, owned: true);
    }

    protected override bool ReleaseHandle() => !_owned || PerfCalls.Unmap(handle, _length) == 0;
}
