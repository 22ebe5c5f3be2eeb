namespace Vitrine.Linux.Unwinding;

/// <summary>
/// A copied part of a stack. One instance serves many stacks: <see cref="Set"/> gives it the next copy, so that unwinding allocates nothing.
/// </summary>
public sealed class StackCopy : IStackMemory
{
    byte[] _bytes = [];
    int _length;

    /// <summary>The first address of the copy.</summary>
    public ulong Address { get; private set; }

    /// <summary>Bytes of the copy.</summary>
    public int Length => _length;

    /// <summary>The first <paramref name="length"/> bytes of <paramref name="bytes"/> are what was at <paramref name="address"/>.</summary>
    public StackCopy Set(ulong address, byte[] bytes, int length)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)bytes.Length, nameof(length));
        (Address, _bytes, _length) = (address, bytes, length);
        return this;
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<byte> destination)
    {
        var at = unchecked(address - Address);
        if (at > (ulong)_length || (ulong)destination.Length > (ulong)_length - at)
            return false;
        _bytes.AsSpan((int)at, destination.Length).CopyTo(destination);
        return true;
    }
}
