using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Binaries;

/// <summary>
/// The bytes of a file, mapped read-only, or given as an array. Mapping lets a 500 MB binary cost only the pages that are looked at;
/// they come from the page cache that the running process uses anyway.
/// A file that shrinks while it is mapped would fault. The kernel forbids writing to a file that is being executed, so this cannot be
/// provoked through /proc/PID/exe on a local file system; copying every binary to memory first would cost more than it protects.
/// </summary>
internal sealed unsafe class FileImage : IDisposable
{
    readonly ReadOnlyMemory<byte> bytes;
    readonly SafeFileHandle? handle;
    readonly MemoryMappedFile? file;
    readonly MemoryMappedViewAccessor? view;
    readonly byte* pointer;
    bool disposed;

    FileImage(ReadOnlyMemory<byte> bytes)
    {
        this.bytes = bytes;
        Length = (ulong)bytes.Length;
    }

    FileImage(SafeFileHandle handle, ulong length, MemoryMappedFile file)
    {
        this.handle = handle;
        this.file = file;
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        Length = length;
    }

    /// <summary>Size of the file when it was mapped, in bytes.</summary>
    public ulong Length { get; }

    public static FileImage Of(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>Maps the file and owns the handle from then on, also when this fails.</summary>
    public static FileImage Map(SafeFileHandle handle, string name)
    {
        try
        {
            var length = RandomAccess.GetLength(handle);
            if (length <= 0)
                throw new BadBinaryException($"{name}: the file is empty.");
            var file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new FileImage(handle, (ulong)length, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            handle.Dispose();
            throw new BadBinaryException($"{name}: not a file that can be mapped ({e.Message}).", e);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public bool Contains(ulong offset, ulong length) => offset <= Length && length <= Length - offset;

    /// <summary>Bytes without a copy; the caller has checked <see cref="Contains"/> and that the length fits an int.</summary>
    public ReadOnlySpan<byte> Slice(ulong offset, int length)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (!Contains(offset, (ulong)length))
            throw new ArgumentOutOfRangeException(nameof(offset));
        return pointer != null ? new ReadOnlySpan<byte>(pointer + offset, length) : bytes.Span.Slice((int)offset, length);
    }

    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        if (view is not null)
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            file!.Dispose();
            handle!.Dispose();
        }
    }
}
