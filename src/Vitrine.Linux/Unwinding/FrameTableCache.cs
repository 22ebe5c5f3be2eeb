using Vitrine.Linux.Binaries;

namespace Vitrine.Linux.Unwinding;

/// <summary>Which file, in which state.</summary>
readonly record struct FrameTableKey(string Device, ulong Inode, long Length, DateTime Written);

/// <summary>The tables of files that were read, shared by all processes that map them. Bounded: when it is full it begins anew.</summary>
static class FrameTableCache
{
    const int MaximumFiles = 256;
    const long MaximumBytes = 512L << 20;

    static readonly Dictionary<FrameTableKey, FrameTable?> s_tables = [];
    static readonly Lock s_lock = new();
    static long s_bytes;

    /// <summary>The tables of a file; null when it has none.</summary>
    public static FrameTable? Get(FrameTableKey key, ElfFile elf)
    {
        lock (s_lock)
        {
            if (s_tables.TryGetValue(key, out var known))
                return known;
            var table = FrameTable.Of(elf);
            if (s_tables.Count >= MaximumFiles || s_bytes > MaximumBytes)
            {
                s_tables.Clear();
                s_bytes = 0;
            }
            s_bytes += table?.Bytes.Length ?? 0;
            return s_tables[key] = table;
        }
    }
}
