namespace Vitrine.Doors.Looks;

/// <summary>Passes on what is written, up to a number of bytes.</summary>
/// <exception cref="LookFaultException">When more is written.</exception>
sealed class BoundedStream(Stream inner, long most) : Stream
{
    long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => inner.Length;

    public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _written += buffer.Length;
        if (_written > most) throw TooLarge(most);
        inner.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public static LookFaultException TooLarge(long most) => new(LookStatus.Failed, $"The answer has more than the {most} bytes that it may have: watch for a shorter time, or have the limit raised.");
}
