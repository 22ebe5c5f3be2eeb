using System.Buffers;

namespace Vitrine.Guard.Audit;

/// <summary>One line while it is written: memory that is used again for the next one, and does not grow.</summary>
sealed class LineBuffer : IBufferWriter<byte>
{
    readonly byte[] _bytes = new byte[AuditLine.MaximumBytes];
    int _count;

    /// <summary>What was written.</summary>
    public Span<byte> Written => _bytes.AsSpan(0, _count);

    public void Clear() => _count = 0;

    /// <summary>Takes the last byte away.</summary>
    public void RemoveLast() => _count--;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Advance(bytes.Length);
    }

    public void Advance(int count) => _count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        // Every text in a record is bounded, so that all of them fit.
        if (_bytes.Length - _count < Math.Max(1, sizeHint)) throw new InvalidDataException("the record is too long");
        return _bytes.AsMemory(_count);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
