using System.Numerics;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// Gives equal stacks the same number. A service with a million goroutines has a few hundred different stacks, so keeping each once
/// is what keeps a dump small. Not thread-safe: every reading thread has its own, and they are merged at the end.
/// </summary>
internal sealed class StackInterner
{
    private ulong[] _pcs = new ulong[4096];
    private int _pcCount;
    private Entry[] _entries = new Entry[256];
    private int[] _slots = new int[512];

    public int Count { get; private set; }

    public ReadOnlySpan<ulong> Pcs(int id) => _pcs.AsSpan(_entries[id].Start, _entries[id].Length);

    public StackEnd End(int id) => _entries[id].End;

    public int Intern(ReadOnlySpan<ulong> pcs, StackEnd end)
    {
        uint hash = Hash(pcs, end);
        int mask = _slots.Length - 1;
        for (int slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            int id = _slots[slot] - 1;
            if (id < 0)
                return Add(slot, hash, pcs, end);
            ref Entry entry = ref _entries[id];
            if (entry.Hash == hash && entry.End == end && pcs.SequenceEqual(_pcs.AsSpan(entry.Start, entry.Length)))
                return id;
        }
    }

    private static uint Hash(ReadOnlySpan<ulong> pcs, StackEnd end)
    {
        ulong hash = (ulong)end + 0x9E3779B97F4A7C15;
        foreach (ulong pc in pcs)
            hash = BitOperations.RotateLeft(hash ^ pc, 29) * 0x9FB21C651E98DF25;
        return (uint)(hash ^ (hash >> 32));
    }

    private int Add(int slot, uint hash, ReadOnlySpan<ulong> pcs, StackEnd end)
    {
        if (Count == _entries.Length)
            Array.Resize(ref _entries, _entries.Length * 2);
        while (pcs.Length > _pcs.Length - _pcCount)
            Array.Resize(ref _pcs, checked(_pcs.Length * 2));
        pcs.CopyTo(_pcs.AsSpan(_pcCount));
        _entries[Count] = new Entry { Start = _pcCount, Length = pcs.Length, Hash = hash, End = end };
        _pcCount += pcs.Length;
        _slots[slot] = ++Count;
        if (Count * 2 > _slots.Length)
            Grow();
        return Count - 1;
    }

    private void Grow()
    {
        int[] slots = new int[_slots.Length * 2];
        int mask = slots.Length - 1;
        for (int id = 0; id < Count; id++)
        {
            int slot = (int)_entries[id].Hash & mask;
            while (slots[slot] != 0)
                slot = (slot + 1) & mask;
            slots[slot] = id + 1;
        }
        _slots = slots;
    }

    private struct Entry
    {
        public int Start;
        public int Length;
        public uint Hash;
        public StackEnd End;
    }
}
