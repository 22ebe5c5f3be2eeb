using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vitrine.Pprof.Storage;

/// <summary>
/// Gives equal sequences the same number. Only the building of a profile needs it; the finished profile keeps the store and drops this table.
/// Open addressing over one array. An entry is the upper half of the hash, from which the slot is taken too, beside the number + 1: so a miss rarely
/// touches the store, and growing the table never does.
/// </summary>
internal sealed class SequenceInterner<T> where T : unmanaged
{
    const ulong TagMask = 0xFFFFFFFF00000000;

    ulong[] _table = new ulong[16];
    // Of the store only what was added here is in the table.
    int _count;

    public SequenceInterner(SequenceStore<T> store) => Store = store;

    public SequenceStore<T> Store { get; }

    /// <summary>The number of the sequence, added to the store when it is new.</summary>
    public int Intern(ReadOnlySpan<T> sequence) => Intern(sequence, SeededHash.Of(MemoryMarshal.AsBytes(sequence)));

    /// <summary>Where the look-up of a hash begins.</summary>
    public ref ulong SlotOf(ulong hash) => ref _table[(uint)(hash >> 32) & ((uint)_table.Length - 1)];

    /// <summary>The sequence that the first slot of a hash speaks of, if it may be the right one; else −1.</summary>
    public int Candidate(ulong hash)
    {
        var entry = SlotOf(hash);
        return entry != 0 && (entry & TagMask) == (hash & TagMask) ? (int)(uint)entry - 1 : -1;
    }

    /// <summary>The number of a sequence whose hash is known already.</summary>
    [MethodImpl(HotLoop.Compile)]
    public int Intern(ReadOnlySpan<T> sequence, ulong hash)
    {
        var bytes = MemoryMarshal.AsBytes(sequence);
        var tag = hash & TagMask;
        var table = _table;
        var mask = (uint)table.Length - 1;
        for (var slot = (uint)(hash >> 32) & mask; ; slot = (slot + 1) & mask)
        {
            var entry = table[slot];
            if (entry == 0)
            {
                var index = Store.Add(sequence);
                table[slot] = tag | (uint)(index + 1);
                if (++_count * 4L > table.Length * 3L)
                    Resize(table.Length * 2);
                return index;
            }
            if ((entry & TagMask) == tag && MemoryMarshal.AsBytes(Store[(int)(uint)entry - 1]).SequenceEqual(bytes))
                return (int)(uint)entry - 1;
        }
    }

    /// <summary>Makes room for so many sequences in all at once, rather than by doubling again and again.</summary>
    public void Expect(int sequences)
    {
        var slots = BitOperations.RoundUpToPowerOf2((ulong)sequences * 4 / 3 + 1);
        if (slots > (ulong)_table.Length)
            Resize((int)Math.Min(slots, 1UL << 30));
    }

    void Resize(int slots)
    {
        var table = new ulong[slots];
        var mask = (uint)table.Length - 1;
        foreach (var entry in _table)
        {
            if (entry == 0)
                continue;
            var slot = (uint)(entry >> 32) & mask;
            while (table[slot] != 0)
                slot = (slot + 1) & mask;
            table[slot] = entry;
        }
        _table = table;
    }
}
