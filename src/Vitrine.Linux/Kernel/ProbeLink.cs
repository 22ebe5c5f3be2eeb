using System.Runtime.InteropServices;

namespace Vitrine.Linux.Kernel;

/// <summary>
/// A program attached to a place. It is nothing but a file descriptor: when it is disposed, or when this process ends for whatever reason,
/// the kernel takes the probe away. Nothing is pinned and no trace event is created, so nothing can be left behind.
/// </summary>
public sealed class ProbeLink : SafeHandle
{
    internal ProbeLink(nint link)
        : base(0, ownsHandle: true) => SetHandle(link);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => LibBpf.DestroyLink(handle) == 0;
}
