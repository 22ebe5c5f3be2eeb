using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Diagnostics;

/// <summary>
/// A ring of bytes between one thread that writes and one that reads, without a lock. The memory is asked for beforehand, outside of the managed heap: neither side allocates, and pages that are never
/// written to cost nothing.
/// </summary>
sealed unsafe class DrainBuffer : IDisposable
{
    readonly byte* _start;
    readonly bool _isMapped;
    long _written, _read;
    bool _disposed;

    public DrainBuffer(long capacity)
    {
        Capacity = capacity;
        // A mapping of its own goes back to the system whole. malloc would take freed pieces of this size for a sign that it should keep such memory: a service that is looked at again and again would
        // seem to leak tens of megabytes.
        _isMapped = OperatingSystem.IsLinux();
        _start = _isMapped ? UnixCalls.MapMemory(capacity) : (byte*)NativeMemory.Alloc((nuint)capacity);
    }

    public long Capacity { get; }

    /// <summary>Bytes that were written in all.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Bytes that were read in all.</summary>
    public long ReadPosition => Volatile.Read(ref _read);

    /// <summary>Free memory in one piece; 0 when it is full. For the writer.</summary>
    public byte* Free(out int length)
    {
        var free = Capacity - (_written - Volatile.Read(ref _read));
        var at = _written % Capacity;
        length = (int)Math.Min(Math.Min(free, Capacity - at), int.MaxValue);
        return _start + at;
    }

    /// <summary>Hands over what was written into the free memory.</summary>
    public void Commit(int count) => Volatile.Write(ref _written, _written + count);

    /// <summary>What can be read in one piece. For the reader.</summary>
    public ReadOnlySpan<byte> Readable()
    {
        var at = _read % Capacity;
        var length = Math.Min(Math.Min(Volatile.Read(ref _written) - _read, Capacity - at), int.MaxValue);
        return new(_start + at, (int)length);
    }

    /// <summary>Frees what was read.</summary>
    public void Consume(int count) => Volatile.Write(ref _read, _read + count);

    /// <summary>All that was written, in pieces; only for a buffer that nothing was consumed of.</summary>
    public void CopyTo(Action<ReadOnlySpan<byte>> take)
    {
        for (var at = 0L; at < Written;)
        {
            var length = (int)Math.Min(Written - at, 1 << 20);
            take(new ReadOnlySpan<byte>(_start + at, length));
            at += length;
        }
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (_isMapped) UnixCalls.UnmapMemory(_start, Capacity);
        else NativeMemory.Free(_start);
    }
}
