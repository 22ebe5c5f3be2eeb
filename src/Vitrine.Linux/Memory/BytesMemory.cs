namespace Vitrine.Linux.Memory;

/// <summary>An address space made of byte arrays: walkers run on it in tests exactly as on a live process.</summary>
public sealed class BytesMemory : IMemoryReader
{
    readonly SortedList<ulong, byte[]> segments = [];

    /// <inheritdoc/>
    public int PointerSize { get; init; } = 8;

    /// <summary>Maps <paramref name="bytes"/> at <paramref name="address"/>. Later changes of the array are seen by readers, as in a live process.</summary>
    /// <exception cref="ArgumentException">The range overlaps a segment that is already there.</exception>
    public BytesMemory Add(ulong address, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (bytes.Length == 0)
            return this;
        foreach (var (start, segment) in segments)
        {
            if (address < start + (ulong)segment.Length && start < address + (ulong)bytes.Length)
                throw new ArgumentException($"0x{address:x} overlaps the segment at 0x{start:x}.", nameof(address));
        }
        segments.Add(address, bytes);
        return this;
    }

    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> destination)
    {
        var done = 0;
        while (done < destination.Length)
        {
            var at = unchecked(address + (ulong)done);
            if (!TryFind(at, out var start, out var bytes))
                break;
            var offset = (int)(at - start);
            var count = Math.Min(bytes.Length - offset, destination.Length - done);
            bytes.AsSpan(offset, count).CopyTo(destination[done..]);
            done += count;
        }
        return done;
    }

    /// <inheritdoc/>
    public void Read(ReadPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        plan.ReadOneByOne(this);
    }

    bool TryFind(ulong address, out ulong start, out byte[] bytes)
    {
        int low = 0, high = segments.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            start = segments.GetKeyAtIndex(middle);
            bytes = segments.GetValueAtIndex(middle);
            if (address < start)
                high = middle - 1;
            else if (address - start >= (ulong)bytes.Length)
                low = middle + 1;
            else
                return true;
        }
        start = 0;
        bytes = [];
        return false;
    }
}
