namespace Vitrine.Pprof.Views;

/// <summary>The lines of a stream, without their line ends, within the limits of a profile.</summary>
internal static class BoundedLines
{
    public static IEnumerable<ReadOnlyMemory<byte>> Of(Stream source, ProfileLimits limits)
    {
        // A line is one stack: the bound of a message.
        var buffer = new byte[1 << 16];
        var (from, to) = (0, 0);
        var searched = 0; // of the bytes from..to, how many hold no line feed
        var total = 0L;
        while (true)
        {
            var feed = buffer.AsSpan(from + searched, to - from - searched).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                var length = searched + feed;
                yield return WithoutReturn(buffer.AsMemory(from, length));
                from += length + 1;
                searched = 0;
                continue;
            }
            searched = to - from;
            if (searched > limits.MaxMessageBytes)
                throw new ProfileFormatException($"A line of the folded stacks is longer than {limits.MaxMessageBytes:N0} bytes (ProfileLimits.MaxMessageBytes). This is probably not a file of folded stacks.");
            if (from > 0)
            {
                buffer.AsSpan(from, searched).CopyTo(buffer);
                (from, to) = (0, searched);
            }
            if (to == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, limits.MaxMessageBytes + 1L));
            var read = source.Read(buffer, to, buffer.Length - to);
            if (read == 0)
                break;
            to += read;
            total += read;
            if (total > limits.MaxUncompressedBytes)
                throw new ProfileFormatException($"The folded stacks are larger than {limits.MaxUncompressedBytes:N0} bytes (ProfileLimits.MaxUncompressedBytes). Raise the limit if you trust the file.");
        }
        if (to > from)
            yield return WithoutReturn(buffer.AsMemory(from, to - from));
    }

    static ReadOnlyMemory<byte> WithoutReturn(ReadOnlyMemory<byte> line) => line.Length > 0 && line.Span[^1] == '\r' ? line[..^1] : line;
}
