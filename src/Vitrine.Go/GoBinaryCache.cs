using Microsoft.Win32.SafeHandles;
using Vitrine.Go.Binary;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Processes;

namespace Vitrine.Go;

/// <summary>
/// Keeps what was learned about executables, for a program that looks at many processes or again and again. Bounded: the binary that was used
/// longest ago goes first, and one that a target still uses is not closed before that target is. Thread-safe.
/// </summary>
public sealed class GoBinaryCache : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly int _capacity;

    /// <summary>Creates a cache.</summary>
    /// <param name="capacity">Binaries kept at most.</param>
    public GoBinaryCache(int capacity = 32)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        _capacity = capacity;
    }

    internal GoBinaryLease Open(LinuxProcess process)
    {
        SafeFileHandle handle = process.OpenExecutable();
        // The kernel's own name for the open file: it survives renames and deletion. Size and time tell a file that was overwritten in place.
        string key = $"{FileIdentity(process)}|{RandomAccess.GetLength(handle)}|{File.GetLastWriteTimeUtc(handle).Ticks}";
        lock (_lock)
        {
            int index = _entries.FindIndex(entry => entry.Key == key);
            Entry entry;
            if (index >= 0)
            {
                handle.Dispose();
                entry = _entries[index];
                _entries.RemoveAt(index);
            }
            else
            {
                entry = new Entry(key, Load(process, handle));
            }
            _entries.Add(entry);
            entry.Users++;
            if (_entries.Count > _capacity)
            {
                Retire(_entries[0]);
                _entries.RemoveAt(0);
            }
            return GoBinaryLease.Shared(entry.Binary, () => Release(entry));
        }
    }

    internal static GoBinary Load(LinuxProcess process) => Load(process, process.OpenExecutable());

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _entries.ForEach(Retire);
            _entries.Clear();
        }
    }

    private static GoBinary Load(LinuxProcess process, SafeFileHandle handle) =>
        GoBinary.Open(ElfFile.Open(handle, process.ExecutablePath ?? $"/proc/{process.Pid}/exe"));

    private static string FileIdentity(LinuxProcess process)
    {
        foreach (MemoryMap map in process.Maps())
        {
            if (map.Inode != 0)
                return $"{map.DeviceMajorMinor}:{map.Inode}";
        }
        return process.ExecutablePath ?? "";
    }

    private void Release(Entry entry)
    {
        lock (_lock)
        {
            if (--entry.Users == 0 && entry.Retired)
                entry.Binary.Dispose();
        }
    }

    private static void Retire(Entry entry)
    {
        entry.Retired = true;
        if (entry.Users == 0)
            entry.Binary.Dispose();
    }

    private sealed class Entry(string key, GoBinary binary)
    {
        public string Key { get; } = key;
        public GoBinary Binary { get; } = binary;
        public int Users { get; set; }
        public bool Retired { get; set; }
    }
}
