using System.Buffers;
using System.Runtime.InteropServices;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Processes;

/// <summary>Reads whole files of /proc, whose size is not known beforehand, up to a limit.</summary>
internal static unsafe class ProcFile
{
    /// <summary>The contents, cut at <paramref name="limit"/> bytes; null with the errno when they cannot be read.</summary>
    public static byte[]? TryRead(string path, int limit, out int errno)
    {
        using var file = Files.TryOpenForReading(path, out errno);
        if (file is null)
            return null;

        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            var length = 0;
            while (length < limit)
            {
                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
                nint got;
                fixed (byte* start = buffer)
                    got = Libc.Pread(file, start + length, (nuint)Math.Min(buffer.Length - length, limit - length), length);
                if (got < 0)
                {
                    errno = Marshal.GetLastPInvokeError();
                    if (errno == Libc.EINTR)
                        continue;
                    return null; // ESRCH: the process ended between open and read
                }
                if (got == 0)
                    break;
                length += (int)got;
            }
            errno = 0;
            return buffer.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
