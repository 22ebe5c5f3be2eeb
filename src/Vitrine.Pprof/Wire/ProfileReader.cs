using System.Buffers;
using System.IO.Compression;

namespace Vitrine.Pprof.Wire;

/// <summary>
/// Reads profile.proto, gzip-compressed or plain. The input is hostile: everything is bounded by <see cref="ProfileLimits"/>, checked, and refused with a
/// <see cref="ProfileFormatException"/> that says what is wrong and where. Fields that this version does not know are passed over.
/// </summary>
public static class ProfileReader
{
    const int InitialBuffer = 256 << 10;

    /// <summary>Reads and validates a profile from a stream, to its end, with a buffer of the size of its largest message. Does not dispose the stream.</summary>
    /// <exception cref="ProfileFormatException">The input is not a valid profile or exceeds a limit.</exception>
    public static Profile Read(Stream stream, ProfileLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        limits ??= ProfileLimits.Default;
        limits.Validate();
        Span<byte> start = stackalloc byte[2];
        start = start[..stream.ReadAtLeast(start, 2, throwOnEndOfStream: false)];
        if (!start.SequenceEqual((ReadOnlySpan<byte>)[0x1F, 0x8B]))
            return ReadPlain(start, stream, limits, compressed: null);
        using var input = new GzipInput(start, stream, limits.MaxCompressedBytes);
        using var gzip = new GZipStream(input, CompressionMode.Decompress);
        return ReadPlain([], gzip, limits, input);
    }

    /// <summary>Reads and validates a profile that is in memory.</summary>
    /// <exception cref="ProfileFormatException">The input is not a valid profile or exceeds a limit.</exception>
    public static unsafe Profile Read(ReadOnlySpan<byte> bytes, ProfileLimits? limits = null)
    {
        // Pinning nothing gives no address, which the stream would not take.
        if (bytes.IsEmpty)
            return Read(Stream.Null, limits);
        fixed (byte* start = bytes)
        {
            using var stream = new UnmanagedMemoryStream(start, bytes.Length);
            return Read(stream, limits);
        }
    }

    /// <summary>Reads and validates a profile file.</summary>
    /// <exception cref="ProfileFormatException">The file is not a valid profile or exceeds a limit; the message names the file.</exception>
    public static Profile ReadFile(string path, ProfileLimits? limits = null)
    {
        // Buffering would copy once more: the reader asks for large pieces itself.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            return Read(file, limits);
        }
        catch (ProfileFormatException e)
        {
            throw new ProfileFormatException($"{path}: {e.Message}", e);
        }
    }

    /// <param name="start">Bytes already taken from the stream.</param>
    /// <param name="stream">The uncompressed content.</param>
    /// <param name="limits">The bounds.</param>
    /// <param name="compressed">The compressed side, when there is one; the content then ends with <see cref="GzipInput.EndMark"/>.</param>
    static Profile ReadPlain(ReadOnlySpan<byte> start, Stream stream, ProfileLimits limits, GzipInput? compressed)
    {
        var assembler = new ProfileAssembler(limits);
        var endMark = compressed is null ? 0 : GzipInput.EndMark.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
        try
        {
            start.CopyTo(buffer);
            int first = 0, end = start.Length;
            long total = end;
            bool looked = false, atEnd = false;
            var isText = false;
            while (!atEnd)
            {
                if (first > 0)
                {
                    buffer.AsSpan(first, end - first).CopyTo(buffer);
                    end -= first;
                    first = 0;
                }
                if (end == buffer.Length)
                    buffer = Grow(buffer);
                var read = Fill(stream, buffer.AsSpan(end), looked ? 1 : ForeignFormats.LookAhead + endMark, compressed, total);
                atEnd = read == 0;
                end += read;
                total += read;
                CheckSize(total - endMark, limits, compressed);
                if (atEnd && compressed is not null)
                    end -= CheckEnd(buffer.AsSpan(0, end));
                var content = buffer.AsSpan(0, atEnd ? end : Math.Max(0, end - endMark));
                if (!looked && (content.Length >= ForeignFormats.LookAhead || atEnd))
                {
                    looked = true;
                    var head = content[..Math.Min(content.Length, ForeignFormats.LookAhead)];
                    if (ForeignFormats.Describe(head) is { } other)
                        throw new ProfileFormatException(other);
                    isText = ForeignFormats.IsText(head);
                }
                if (!looked)
                    continue;
                try
                {
                    first = assembler.Consume(content, atEnd);
                }
                catch (ProfileFormatException e) when (isText)
                {
                    throw new ProfileFormatException($"The input looks like text, not like a pprof profile. {e.Message}", e);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return assembler.Finish();
    }

    static int Fill(Stream stream, Span<byte> buffer, int atLeast, GzipInput? compressed, long total)
    {
        try
        {
            return stream.ReadAtLeast(buffer, Math.Min(atLeast, buffer.Length), throwOnEndOfStream: false);
        }
        catch (InvalidDataException e) when (compressed is not null)
        {
            throw new ProfileFormatException($"The gzip data is damaged or cut off: decompression failed after {total} bytes ({e.Message}) Fetch or copy the file again.", e);
        }
    }

    static byte[] Grow(byte[] buffer)
    {
        // The buffer is full of bytes that did arrive, so doubling it is earned; the size of one message bounds how often.
        var larger = ArrayPool<byte>.Shared.Rent(checked(buffer.Length * 2));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    static void CheckSize(long total, ProfileLimits limits, GzipInput? compressed)
    {
        if (total > limits.MaxUncompressedBytes)
            throw new ProfileFormatException(
                $"The profile is larger than the limit of {limits.MaxUncompressedBytes} bytes uncompressed ({nameof(ProfileLimits)}.{nameof(ProfileLimits.MaxUncompressedBytes)}).");
        if (compressed is not null && total > 16 << 20 && total / Math.Max(1, compressed.BytesRead) > limits.MaxCompressionRatio)
            throw new ProfileFormatException(
                $"{compressed.BytesRead} compressed bytes have become {total}, more than {limits.MaxCompressionRatio} times as many: this is a decompression bomb, not a profile ({nameof(ProfileLimits)}.{nameof(ProfileLimits.MaxCompressionRatio)}).");
    }

    static int CheckEnd(ReadOnlySpan<byte> content)
    {
        if (content.EndsWith(GzipInput.EndMark))
            return GzipInput.EndMark.Length;
        throw new ProfileFormatException("The gzip data is cut off, or something else follows it. Fetch or copy the file again.");
    }
}
