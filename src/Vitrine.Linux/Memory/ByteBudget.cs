namespace Vitrine.Linux.Memory;

/// <summary>
/// Memory that everything read from one hostile source may take together. A limit for each item alone is none: the source decides how many there are. Safe for use by several threads.
/// </summary>
/// <param name="bytes">How much there is.</param>
public sealed class ByteBudget(long bytes)
{
    long _left = bytes;

    /// <summary>Bytes that are left.</summary>
    public long Left => Math.Max(0, Volatile.Read(ref _left));

    /// <summary>Takes some, before the memory is allocated.</summary>
    /// <returns>False when there is not as much left; then nothing is taken.</returns>
    public bool TryTake(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        while (true)
        {
            var left = Volatile.Read(ref _left);
            if (count > left) return false;
            if (Interlocked.CompareExchange(ref _left, left - count, left) == left) return true;
        }
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Interlocked.Add(ref _left, count);
    }
}
