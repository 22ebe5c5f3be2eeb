using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Kernel;

/// <summary>
/// A BPF program that the kernel runs once for each thread while somebody reads (Documentation/bpf/bpf_iterators.rst). It runs on the reader's processor time: the threads that it looks at
/// neither stop nor notice.
/// </summary>
public sealed unsafe class BpfTaskIterator : IDisposable
{
    /// <summary>Bytes that one pass may write.</summary>
    public const int MaximumBytes = 64 << 20;

    const int Eagain = 11;

    nint _link;

    internal BpfTaskIterator(nint link) => _link = link;

    /// <summary>Makes a pass over the threads.</summary>
    /// <param name="buffer">Where the records go; it is made larger as needed.</param>
    /// <returns>Bytes that the program wrote.</returns>
    /// <exception cref="KernelRefusalException">The kernel does not let it run.</exception>
    public int Read(ref byte[] buffer)
    {
        ObjectDisposedException.ThrowIf(_link == 0, this);
        ArgumentNullException.ThrowIfNull(buffer);
        var descriptor = LibBpf.CreateIterator(LibBpf.LinkDescriptor(_link));
        if (descriptor < 0)
            throw KernelRefusals.Explain("iterate over threads", Marshal.GetLastPInvokeError());
        using var file = new SafeFileHandle(descriptor, ownsHandle: true);
        var length = 0;
        while (length < MaximumBytes)
        {
            if (buffer.Length - length < 4096)
                Array.Resize(ref buffer, Math.Min(MaximumBytes + 4096, Math.Max(64 << 10, buffer.Length * 2)));
            fixed (byte* to = buffer)
            {
                var got = Libc.Read(file, to + length, (nuint)(buffer.Length - length));
                if (got == 0)
                    break;
                if (got < 0 && Marshal.GetLastPInvokeError() is not (Libc.EINTR or Eagain))
                    throw KernelRefusals.Explain("iterate over threads", Marshal.GetLastPInvokeError());
                length += (int)Math.Max(got, 0);
            }
        }
        return length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_link != 0)
            _ = LibBpf.DestroyLink(_link);
        _link = 0;
    }
}
