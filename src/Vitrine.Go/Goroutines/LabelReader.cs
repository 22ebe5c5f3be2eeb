using System.Text;
using Vitrine.Go.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// Reads the pprof labels behind <c>g.labels</c>. The runtime never changes a set once a goroutine has it, so it needs no re-reading; it may be freed
/// and reused when the goroutine drops it, so every length is bounded and every text must be readable.
/// From Go 1.24 on a set is a slice of key and value (https://github.com/golang/go/blob/go1.24.0/src/runtime/pprof/label.go, LabelSet);
/// before, it is a map[string]string (https://github.com/golang/go/blob/go1.23.0/src/runtime/map.go, hmap and bmap).
/// </summary>
internal sealed class LabelReader(IMemoryReader memory, GoVersion version, GoroutineDumpOptions options)
{
    private const int SlotsPerBucket = 8;

    // tophash[8], keys [8]string, values [8]string, overflow *bmap.
    private const int KeysOffset = 8;
    private const int ValuesOffset = KeysOffset + (SlotsPerBucket * 16);
    private const int OverflowOffset = ValuesOffset + (SlotsPerBucket * 16);
    private const int BucketBytes = OverflowOffset + 8;

    /// <summary>Slots with a smaller top hash are empty or moved away.</summary>
    private const byte MinTopHash = 5;

    /// <summary>hmap: count, flags, B at 9, …, buckets at 16, oldbuckets at 24.</summary>
    private const int MapBytes = 40;

    /// <summary>The labels, sorted by key; null when the set could not be read.</summary>
    public GoroutineLabel[]? Read(ulong address)
    {
        List<GoroutineLabel> labels = [];
        bool ok = version.AtLeast(1, 24) ? ReadList(address, labels) : ReadMap(address, labels);
        if (!ok)
            return null;
        labels.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return [.. labels];
    }

    private bool ReadList(ulong address, List<GoroutineLabel> labels)
    {
        if (!memory.TryReadUInt64(address, out ulong data) || !memory.TryReadUInt64(address + 8, out ulong count))
            return false;
        if (count > (ulong)options.MaxLabels)
            return false;
        Span<byte> row = stackalloc byte[32];
        for (ulong index = 0; index < count; index++)
        {
            if (!memory.TryRead(data + (index * 32), row) || !AddLabel(row[..16], row[16..], labels))
                return false;
        }
        return true;
    }

    private bool ReadMap(ulong address, List<GoroutineLabel> labels)
    {
        Span<byte> map = stackalloc byte[MapBytes];
        if (!memory.TryReadUInt64(address, out ulong mapAddress) || !memory.TryRead(mapAddress, map))
            return false;
        ulong count = Word.At(map, 0);
        int logBuckets = map[9];
        if (count > (ulong)options.MaxLabels || logBuckets > 10)
            return false;
        if (count == 0)
            return true;
        // A label set is built once and never grows afterwards, so nothing is left in old buckets.
        int budget = (options.MaxLabels / SlotsPerBucket) + (1 << logBuckets) + 8;
        for (ulong bucket = 0; bucket < 1UL << logBuckets; bucket++)
        {
            if (!ReadBuckets(Word.At(map, 16) + (bucket * BucketBytes), labels, ref budget))
                return false;
        }
        return (ulong)labels.Count == count;
    }

    private bool ReadBuckets(ulong address, List<GoroutineLabel> labels, ref int budget)
    {
        Span<byte> bucket = stackalloc byte[BucketBytes];
        for (; address != 0; address = Word.At(bucket, OverflowOffset))
        {
            if (budget-- == 0 || !memory.TryRead(address, bucket))
                return false;
            for (int slot = 0; slot < SlotsPerBucket; slot++)
            {
                if (bucket[slot] < MinTopHash)
                    continue;
                if (labels.Count == options.MaxLabels
                    || !AddLabel(bucket.Slice(KeysOffset + (slot * 16), 16), bucket.Slice(ValuesOffset + (slot * 16), 16), labels))
                    return false;
            }
        }
        return true;
    }

    private bool AddLabel(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, List<GoroutineLabel> labels)
    {
        if (Text(key) is not { } keyText || Text(value) is not { } valueText)
            return false;
        labels.Add(new GoroutineLabel(keyText, valueText));
        return true;
    }

    private string? Text(ReadOnlySpan<byte> header)
    {
        ulong data = Word.At(header, 0);
        ulong length = Word.At(header, 8);
        if (length == 0)
            return "";
        // A longer text is more likely a reused piece of memory than a label; when it is one, its beginning is worth showing.
        if (length > int.MaxValue)
            return null;
        byte[] bytes = new byte[(int)Math.Min(length, (ulong)options.MaxLabelBytes)];
        return memory.TryRead(data, bytes) ? Encoding.UTF8.GetString(bytes) : null;
    }
}
