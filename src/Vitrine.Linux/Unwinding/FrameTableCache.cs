using Vitrine.Linux.Binaries;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Unwinding;

/// <summary>
/// The tables of files that were read, shared by all processes that map them. Bounded in files and in memory: when it is full it begins anew, and tables that processes still use count on, so that
/// no target can fill the memory by mapping many libraries.
/// </summary>
/// <param name="maximumBytes">Bytes of memory that all tables may take together, those of processes that are being looked at included.</param>
sealed class FrameTableCache(long maximumBytes)
{
    const int MaximumFiles = 256;

    readonly Dictionary<FileIdentity, FrameTable?> _tables = [];
    readonly List<(WeakReference<FrameTable> Table, long Bytes)> _held = [];
    readonly Lock _lock = new();
    long _collectedAt = long.MinValue;

    /// <summary>The one of this program.</summary>
    public static FrameTableCache Shared { get; } = new(256L << 20);

    /// <summary>The tables of a file; null when it has none.</summary>
    /// <exception cref="BadBinaryException">They cannot be read, or there is no room for them.</exception>
    public FrameTable? Get(FileIdentity file, ElfFile elf)
    {
        lock (_lock)
        {
            if (_tables.TryGetValue(file, out var known))
                return known;
            var table = FrameTable.Of(elf);
            var bytes = table?.MemoryBytes ?? 0;
            if (_tables.Count >= MaximumFiles || Held() + bytes > maximumBytes)
                _tables.Clear();
            if (table is not null)
            {
                MakeRoom(bytes, elf.Name);
                _held.Add((new(table), bytes));
            }
            return _tables[file] = table;
        }
    }

    /// <summary>Bytes of the tables that exist.</summary>
    long Held()
    {
        _held.RemoveAll(static one => !one.Table.TryGetTarget(out _));
        return _held.Sum(static one => one.Bytes);
    }

    void MakeRoom(long bytes, string name)
    {
        const long pause = 10_000;
        if (Held() + bytes <= maximumBytes)
            return;
        // What nobody uses is gone only after a collection, which no target can ask for time and again.
        if (_collectedAt == long.MinValue || Environment.TickCount64 - _collectedAt > pause)
        {
            GC.Collect();
            _collectedAt = Environment.TickCount64;
        }
        if (Held() + bytes > maximumBytes)
            throw new BadBinaryException($"{name}: no room for its unwinding tables of {bytes >> 10} KiB; those in use take {Held() >> 10} of {maximumBytes >> 10} KiB.");
    }
}
