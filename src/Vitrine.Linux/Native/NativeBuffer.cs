using System.Runtime.InteropServices;

namespace Vitrine.Linux.Native;

/// <summary>
/// A growing array outside the managed heap: a plan for a million goroutines holds tens to hundreds of megabytes for a moment, which the
/// collector would move to the large object heap and keep.
/// </summary>
internal sealed unsafe class NativeBuffer<T> : SafeHandle where T : unmanaged
{
    public NativeBuffer() : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    public T* Pointer => (T*)handle;

    public long Capacity { get; private set; }

    public Span<T> Span(int start, int length) => new(Pointer + start, length);

    /// <summary>Makes room, keeping the contents.</summary>
    public void Grow(long capacity)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (capacity <= Capacity)
            return;
        capacity = Math.Max(capacity, Math.Max(Capacity + Capacity / 2, 64));
        SetHandle((nint)NativeMemory.Realloc((void*)handle, checked((nuint)capacity * (nuint)sizeof(T))));
        Capacity = capacity;
    }

    /// <summary>Makes room without keeping the contents, so that nothing is copied.</summary>
    public void Reserve(long capacity)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (capacity <= Capacity)
            return;
        NativeMemory.Free((void*)handle);
        SetHandle(0);
        Capacity = 0;
        SetHandle((nint)NativeMemory.Alloc(checked((nuint)capacity * (nuint)sizeof(T))));
        Capacity = capacity;
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }
}
