namespace Vitrine.Linux.Memory;

/// <summary>Many ranges read in few system calls.</summary>
public sealed class ReadPlan : IDisposable
{
    /// <summary>Ranges whose gap is at most this many bytes are read together.</summary>
    public int CoalesceGap { get; init; }

    /// <summary>Ranges added since the last Clear.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>Bytes copied by the last read, gaps included.</summary>
    public long BytesRead => throw new NotImplementedException();

    /// <summary>System calls of the last read.</summary>
    public int SystemCalls => throw new NotImplementedException();

    /// <summary>Adds a range; returns its index.</summary>
    public int Add(ulong address, int length) => throw new NotImplementedException();

    /// <summary>Forgets the ranges, keeps the memory.</summary>
    public void Clear() => throw new NotImplementedException();

    /// <summary>True when the range was read in full.</summary>
    public bool Ok(int index) => throw new NotImplementedException();

    /// <summary>The bytes of a range; empty when it could not be read.</summary>
    public ReadOnlySpan<byte> this[int index] => throw new NotImplementedException();

    internal void ReadOneByOne(IMemoryReader memory) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
