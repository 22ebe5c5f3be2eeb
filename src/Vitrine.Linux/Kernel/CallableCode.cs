using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Kernel;

/// <summary>A few machine instructions of this process's own, in a file that exists in memory only, so that user probes can be tried on them.</summary>
public sealed unsafe partial class CallableCode : IDisposable
{
    const int ReadExecute = 1 | 4;
    // The kernel puts breakpoints into private mappings only.
    const int Private = 2;

    readonly SafeFileHandle _file;
    readonly nuint _size;
    byte* _start;

    CallableCode(SafeFileHandle file, byte* start, nuint size)
    {
        _file = file;
        _start = start;
        _size = size;
    }

    /// <summary>Where a probe finds the file.</summary>
    public string Path => MemoryFile.PathOf(_file);

    /// <summary>Makes functions callable. Each must return and keep the registers that the C calling convention says.</summary>
    public static CallableCode Create(ReadOnlySpan<byte> code)
    {
        var file = MemoryFile.Create("vitrine-code", code);
        var start = Map(null, (nuint)code.Length, ReadExecute, Private, file, 0);
        if (start == (void*)-1)
        {
            file.Dispose();
            throw new KernelRefusalException(
                $"A page of code for measuring the cost of probes cannot be mapped: {Marshal.GetLastPInvokeErrorMessage()}.",
                $"A security module forbids executable memory to this process. {KernelFeatures.StillWorks}");
        }
        return new CallableCode(file, (byte*)start, (nuint)code.Length);
    }

    /// <summary>Calls the function at this offset some times.</summary>
    public void Call(int offset, int times)
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        var function = (delegate* unmanaged<void>)(_start + offset);
        for (var i = 0; i < times; i++)
            function();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_start is null)
            return;
        _ = Unmap(_start, _size);
        _start = null;
        _file.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* Map(void* address, nuint length, int protection, int flags, SafeHandle file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
