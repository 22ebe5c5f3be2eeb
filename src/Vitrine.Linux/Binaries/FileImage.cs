using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Binaries;

/// <summary>
/// The bytes of a file, mapped read-only, or given as an array. Mapping lets a 500 MB binary cost only the pages that are looked at;
/// they come from the page cache that the running process uses anyway.
/// A mapped file that shrinks leaves pages that fault, which ends a .NET process. The kernel forbids writing to a file that is being executed, but its process may end
/// while this mapping stays; so the size is asked for again every few milliseconds, and a file that shrank is a clear error from then on. Copying every
/// binary to memory first would close the rest of the window and cost far more than it protects.
/// </summary>
internal sealed unsafe class FileImage : IDisposable
{
    readonly ReadOnlyMemory<byte> bytes;
    readonly SafeFileHandle? handle;
    readonly MemoryMappedFile? file;
    readonly MemoryMappedViewAccessor? view;
    readonly byte* pointer;
    readonly string name = "";
    long checkedAt = Environment.TickCount64;
    bool disposed;

    FileImage(ReadOnlyMemory<byte> bytes)
    {
        this.bytes = bytes;
        Length = (ulong)bytes.Length;
    }

    FileImage(SafeFileHandle handle, ulong length, MemoryMappedFile file, string name)
    {
        this.name = name;
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
            return new FileImage(handle, (ulong)length, file, name);
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
        ThrowIfShrunk();
        return pointer != null ? new ReadOnlySpan<byte>(pointer + offset, length) : bytes.Span.Slice((int)offset, length);
    }

    void ThrowIfShrunk()
    {
        var now = Environment.TickCount64;
        if (handle is null || now == checkedAt)
            return;
        if ((ulong)RandomAccess.GetLength(handle) < Length)
            throw new BadBinaryException($"{name}: the file was {Length} bytes long and has shrunk since; it is being overwritten. Look again.");
        checkedAt = now;
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
