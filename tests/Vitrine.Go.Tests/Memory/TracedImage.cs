using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;

namespace Vitrine.Go.Tests.Memory;

/// <summary>A copy of a process's writable memory that remembers which words were read from it, so that exactly those can be spoiled.</summary>
sealed class TracedImage : IMemoryReader
{
    const int PageBytes = 4096;
    const int ChunkBytes = 1 << 20;

    readonly SortedList<ulong, byte[]> _runs = [];
    readonly IMemoryReader _rest;
    readonly HashSet<ulong> _words = [];

    TracedImage(IMemoryReader rest) => _rest = rest;

    public int PointerSize => 8;

    public bool IsTracing { get; set; }

    /// <summary>Addresses of the eight-byte words that were read while tracing.</summary>
    public IReadOnlyList<ulong> Words => [.. _words.Order()];

    /// <summary>Copies everything writable that is not zero; the rest (the image of the binary) is read from <paramref name="rest"/>.</summary>
    public static TracedImage Of(LinuxProcess process, IMemoryReader memory, IMemoryReader rest)
    {
        var image = new TracedImage(rest);
        var chunk = new byte[ChunkBytes];
        foreach (MemoryMap map in process.Maps())
        {
            if (!map.Permissions.HasFlag(MapPermissions.Write) || !map.Permissions.HasFlag(MapPermissions.Read))
                continue;
            for (ulong at = map.Start; at < map.End; at += ChunkBytes)
            {
                int length = memory.Read(at, chunk.AsSpan(0, (int)Math.Min(ChunkBytes, map.End - at)));
                if (chunk.AsSpan(0, length).IndexOfAnyExcept((byte)0) >= 0)
                    image._runs.Add(at, chunk[..length]);
            }
        }
        return image;
    }

    public int Read(ulong address, Span<byte> destination)
    {
        if (IsTracing)
        {
            for (ulong word = address & ~7UL; word < address + (ulong)Math.Min(destination.Length, PageBytes); word += 8)
                _words.Add(word);
        }
        int done = 0;
        while (done < destination.Length && TryFind(address + (ulong)done, out byte[] run, out int offset))
        {
            int count = Math.Min(run.Length - offset, destination.Length - done);
            run.AsSpan(offset, count).CopyTo(destination[done..]);
            done += count;
        }
        return done > 0 ? done : _rest.Read(address, destination);
    }

    public void Read(ReadPlan plan) => plan.ReadOneByOne(this);

    /// <summary>Replaces a word; false when it is not part of the copy.</summary>
    public bool TryReplace(ulong address, ulong value, out ulong before)
    {
        before = 0;
        if (!TryFind(address, out byte[] run, out int offset) || offset + 8 > run.Length)
            return false;
        before = BitConverter.ToUInt64(run, offset);
        BitConverter.TryWriteBytes(run.AsSpan(offset), value);
        return true;
    }

    bool TryFind(ulong address, out byte[] run, out int offset)
    {
        // Chunks are aligned to the start of their mapping: the last one that starts at or below the address.
        int low = 0, high = _runs.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_runs.GetKeyAtIndex(middle) <= address)
                low = middle + 1;
            else
                high = middle;
        }
        run = low > 0 ? _runs.GetValueAtIndex(low - 1) : [];
        ulong start = low > 0 ? _runs.GetKeyAtIndex(low - 1) : 0;
        offset = (int)Math.Min(address - start, int.MaxValue);
        return low > 0 && offset < run.Length;
    }
}
