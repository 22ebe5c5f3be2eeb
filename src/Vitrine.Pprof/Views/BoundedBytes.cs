namespace Vitrine.Pprof.Views;

/// <summary>Reads a stream to its end, up to a limit. Memory grows with what arrives.</summary>
internal static class BoundedBytes
{
    public static ReadOnlyMemory<byte> ReadAll(Stream source, long limit, string what)
    {
        var buffer = new byte[1 << 16];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, Array.MaxLength));
            var read = source.Read(buffer, length, buffer.Length - length);
            if (read == 0)
                return buffer.AsMemory(0, length);
            length += read;
            if (length > limit)
                throw new ProfileFormatException($"The {what} is larger than {limit:N0} bytes (ProfileLimits.MaxUncompressedBytes, and 1 GiB for JSON). Raise the limit if you trust the file, or use pprof's format for profiles of this size.");
        }
    }
}
