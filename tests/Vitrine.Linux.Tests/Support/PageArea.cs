using System.Runtime.InteropServices;

namespace Vitrine.Linux.Tests.Support;

/// <summary>Pages of this process whose contents are known and that can be made unreadable.</summary>
public sealed unsafe partial class PageArea : IDisposable
{
    readonly byte* start;

    public PageArea(int pages)
    {
        Length = pages * Environment.SystemPageSize;
        var map = Mmap(0, (nuint)Length, 3, 0x22, -1, 0);
        if (map == -1)
            throw new InvalidOperationException("mmap failed");
        start = (byte*)map;
        for (var i = 0; i < Length; i++)
            start[i] = ByteAt(i);
    }

    public int Length { get; }

    public ulong Address => (ulong)start;

    public ReadOnlySpan<byte> Bytes => new(start, Length);

    public Span<byte> Writable => new(start, Length);

    public static byte ByteAt(int offset) => (byte)((uint)offset * 2654435761u >> 24);

    /// <summary>
    /// Makes one page unreadable. Not by munmap, whose hole this process's own allocator may fill at once, and not by PROT_NONE, which /proc/PID/mem overrides:
    /// by mapping an empty file there, behind whose end nobody can read.
    /// </summary>
    public void MakeHole(int page)
    {
        var path = Path.GetTempFileName();
        using (var empty = File.OpenHandle(path))
        {
            var at = (nint)(start + page * Environment.SystemPageSize);
            if (Mmap(at, (nuint)Environment.SystemPageSize, 1, 0x12, (int)empty.DangerousGetHandle(), 0) != at)
                throw new InvalidOperationException("mmap failed");
        }
        File.Delete(path);
    }

    public void Dispose() => _ = Munmap((nint)start, (nuint)Length);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Mmap(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Munmap(nint address, nuint length);
}
