using System.Runtime.InteropServices;

namespace Vitrine.Linux.Native;

/// <summary>
/// A growing array outside the managed heap: a plan for a million goroutines holds tens to hundreds of megabytes for a moment, which the
/// collector would move to the large object heap and keep.
/// </summary>
/// <remarks>
/// Large buffers ask for huge pages: in a virtual machine each first touch of a 4 KiB page costs up to 2 µs, so that filling 48 MB took 34 ms instead of 12 ms (measured).
/// </remarks>
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
        var old = (T*)handle;
        var larger = Allocate(checked((nuint)capacity * (nuint)sizeof(T)));
        if (old != null)
            NativeMemory.Copy(old, larger, (nuint)Capacity * (nuint)sizeof(T));
        NativeMemory.AlignedFree(old);
        SetHandle((nint)larger);
        Capacity = capacity;
    }

    /// <summary>Makes room without keeping the contents, so that nothing is copied.</summary>
    public void Reserve(long capacity)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (capacity <= Capacity)
            return;
        NativeMemory.AlignedFree((void*)handle);
        SetHandle(0);
        Capacity = 0;
        SetHandle((nint)Allocate(checked((nuint)capacity * (nuint)sizeof(T))));
        Capacity = capacity;
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }

    static void* Allocate(nuint size)
    {
        const nuint hugePage = 2 << 20;
        if (size < 2 * hugePage)
            return NativeMemory.AlignedAlloc(size, 64);
        var memory = NativeMemory.AlignedAlloc(size, hugePage);

        // Only a hint: without transparent huge pages everything works as before. The tail stays small pages, to not take memory that was not asked for.
        _ = Libc.Madvise(memory, size & ~(hugePage - 1), Libc.MadvHugePage);
        return memory;
    }
}
