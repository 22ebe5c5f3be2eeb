using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Vitrine.Linux.Kernel;

/// <summary>Takes one record; the bytes are only valid during the call.</summary>
public delegate void RingBufferHandler(ReadOnlySpan<byte> record);

/// <summary>Events from BPF programs to this process, in order, through BPF_MAP_TYPE_RINGBUF. Not thread-safe.</summary>
public sealed unsafe class BpfRingBuffer : IDisposable
{
    readonly RingBufferHandler _handler;
    GCHandle _self;
    nint _buffer;
    ExceptionDispatchInfo? _failure;

    BpfRingBuffer(RingBufferHandler handler) => _handler = handler;

    /// <summary>Opens the reading end of a ring buffer map.</summary>
    /// <exception cref="KernelRefusalException">The kernel has no ring buffers (before 5.8).</exception>
    public static BpfRingBuffer Open(BpfMap map, RingBufferHandler handler)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(handler);
        var ring = new BpfRingBuffer(handler);
        ring._self = GCHandle.Alloc(ring);
        ring._buffer = LibBpf.NewRingBuffer(map.Descriptor, &OnRecord, (void*)GCHandle.ToIntPtr(ring._self), null);
        if (ring._buffer != 0)
            return ring;
        var error = Marshal.GetLastPInvokeError();
        ring._self.Free();
        throw KernelRefusals.Explain("read events from a BPF ring buffer", error);
    }

    /// <summary>Waits for records and hands them out.</summary>
    /// <returns>How many there were; 0 after the timeout.</returns>
    public int Poll(TimeSpan timeout)
    {
        ObjectDisposedException.ThrowIf(_buffer == 0, this);
        return Result(LibBpf.PollRingBuffer(_buffer, (int)Math.Clamp(timeout.TotalMilliseconds, 0, int.MaxValue)));
    }

    /// <summary>Hands out what is there, without waiting.</summary>
    public int Consume()
    {
        ObjectDisposedException.ThrowIf(_buffer == 0, this);
        return Result(LibBpf.ConsumeRingBuffer(_buffer));
    }

    int Result(int result)
    {
        if (_failure is { } failure)
        {
            _failure = null;
            failure.Throw();
        }
        // A signal that interrupted the wait is not a failure.
        return Math.Max(result, 0);
    }

    [UnmanagedCallersOnly]
    static int OnRecord(void* context, void* data, nuint size)
    {
        const int stop = -1;
        var ring = (BpfRingBuffer)GCHandle.FromIntPtr((nint)context).Target!;
        try
        {
            ring._handler(new ReadOnlySpan<byte>(data, checked((int)size)));
            return 0;
        }
#pragma warning disable CA1031 // Native frames lie between here and the caller: the exception travels around them.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ring._failure = ExceptionDispatchInfo.Capture(e);
            return stop;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer == 0)
            return;
        LibBpf.FreeRingBuffer(_buffer);
        _buffer = 0;
        _self.Free();
    }
}
