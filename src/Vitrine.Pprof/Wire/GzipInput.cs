using System.IO.Compression;

namespace Vitrine.Pprof.Wire;

/// <summary>
/// The compressed side of a gzip profile: the bytes already peeked at, then the rest of the stream, then one more gzip member of our own.
/// <para>
/// The platform's <see cref="GZipStream"/> takes several members one after the other, as gzip allows, but ends quietly where a file is cut off.
/// With a known member appended, the decompressed stream ends in <see cref="EndMark"/> exactly if everything before it was complete. (Checking the size
/// field at the file's end would do for one member only.)
/// </para>
/// </summary>
internal sealed class GzipInput : Stream
{
    static readonly byte[] EndMember = Compress(EndMark);
    readonly Stream _inner;
    readonly long _limit;
    readonly byte[] _peeked;
    int _peekedTaken;
    int _endTaken;
    bool _innerEnded;

    public GzipInput(ReadOnlySpan<byte> peeked, Stream inner, long limit)
    {
        _peeked = peeked.ToArray();
        _inner = inner;
        _limit = limit;
    }

    /// <summary>What the decompressed stream ends with when the input was complete.</summary>
    public static ReadOnlySpan<byte> EndMark => "\u00fe\u00fevitrine:end"u8;

    /// <summary>Compressed bytes read so far.</summary>
    public long BytesRead { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        if (_peekedTaken < _peeked.Length)
        {
            var count = Math.Min(buffer.Length, _peeked.Length - _peekedTaken);
            _peeked.AsSpan(_peekedTaken, count).CopyTo(buffer);
            _peekedTaken += count;
            BytesRead += count;
            return count;
        }
        if (!_innerEnded)
        {
            var read = _inner.Read(buffer);
            BytesRead += read;
            if (BytesRead > _limit)
                throw new ProfileFormatException($"The compressed profile is larger than the limit of {_limit} bytes ({nameof(ProfileLimits)}.{nameof(ProfileLimits.MaxCompressedBytes)}).");
            if (read > 0)
                return read;
            _innerEnded = true;
        }
        var rest = Math.Min(buffer.Length, EndMember.Length - _endTaken);
        EndMember.AsSpan(_endTaken, rest).CopyTo(buffer);
        _endTaken += rest;
        return rest;
    }

    static byte[] Compress(ReadOnlySpan<byte> content)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.NoCompression, leaveOpen: true))
            gzip.Write(content);
        return memory.ToArray();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
