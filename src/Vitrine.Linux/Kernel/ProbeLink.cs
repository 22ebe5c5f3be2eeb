using System.Runtime.InteropServices;

namespace Vitrine.Linux.Kernel;

/// <summary>
/// A program attached to a place. It is nothing but a file descriptor: when it is disposed, or when this process ends for whatever reason,
/// the kernel takes the probe away. Nothing is pinned and no trace event is created, so nothing can be left behind.
/// </summary>
public sealed class ProbeLink : SafeHandle
{
    readonly bool _isDescriptor;

    /// <summary>Takes over a link of libbpf's.</summary>
    internal ProbeLink(nint link)
        : base(0, ownsHandle: true) => SetHandle(link);

    /// <summary>Takes over the bare descriptor of a link.</summary>
    internal ProbeLink(int descriptor)
        : base(0, ownsHandle: true)
    {
        _isDescriptor = true;
        SetHandle(descriptor);
    }

    /// <summary>
    /// Takes several probes away. The kernel waits for a grace period after each of them (100 ms was measured), and these waits can overlap: one after
    /// the other, thirty probes would take seconds. The breakpoint itself is gone before the wait.
    /// </summary>
    public static void DisposeAll(IReadOnlyList<ProbeLink> links)
    {
        const int mostThreads = 32;
        ArgumentNullException.ThrowIfNull(links);
        var next = -1;
        var threads = new Thread[Math.Min(links.Count, mostThreads) - (links.Count > 0 ? 1 : 0)];
        for (var i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(DisposeSome, maxStackSize: 256 * 1024) { IsBackground = true, Name = "vitrine detaches probes" };
            threads[i].Start();
        }
        DisposeSome();
        foreach (var thread in threads)
            thread.Join();

        void DisposeSome()
        {
            for (var i = Interlocked.Increment(ref next); i < links.Count; i = Interlocked.Increment(ref next))
                links[i].Dispose();
        }
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        if (!_isDescriptor)
            return LibBpf.DestroyLink(handle) == 0;
        Descriptors.Close((int)handle);
        return true;
    }
}
