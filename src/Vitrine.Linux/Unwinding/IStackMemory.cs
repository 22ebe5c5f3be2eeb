namespace Vitrine.Linux.Unwinding;

/// <summary>What an unwinder reads: a copy of a stack, or live memory. Nothing in it is trusted.</summary>
public interface IStackMemory
{
    /// <summary>Fills <paramref name="destination"/> completely, or returns false.</summary>
    bool TryRead(ulong address, Span<byte> destination);
}
