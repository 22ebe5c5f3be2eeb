namespace Vitrine.Pprof.Storage;

/// <summary>Finds the sample with a given stack and label set. The keys are the columns of the sample table itself; the table here only points at rows.</summary>
internal sealed class PairTable(RowStore<int> first, RowStore<int> second)
{
    int[] _slots = new int[16];

    /// <summary>The row with these keys. When there is none, the row that the caller is about to append, and <paramref name="isNew"/> is true.</summary>
    public int Find(int x, int y, out bool isNew)
    {
        var mask = (uint)_slots.Length - 1;
        for (var slot = Hash(x, y) & mask; ; slot = (slot + 1) & mask)
        {
            var row = _slots[slot] - 1;
            if (row < 0)
            {
                isNew = true;
                row = first.Count;
                _slots[slot] = row + 1;
                if ((row + 1) * 4L > _slots.Length * 3L)
                    Resize(x, y);
                return row;
            }
            if (first[row] == x && second[row] == y)
            {
                isNew = false;
                return row;
            }
        }
    }

    static uint Hash(int x, int y) => (uint)(SeededHash.Of((ulong)(uint)x, (uint)y) >> 32);

    void Resize(int newX, int newY)
    {
        var slots = new int[_slots.Length * 2];
        var mask = (uint)slots.Length - 1;
        foreach (var entry in _slots)
        {
            if (entry == 0)
                continue;
            // The newest row is promised but not yet appended.
            var isNewest = entry - 1 == first.Count;
            var slot = Hash(isNewest ? newX : first[entry - 1], isNewest ? newY : second[entry - 1]) & mask;
            while (slots[slot] != 0)
                slot = (slot + 1) & mask;
            slots[slot] = entry;
        }
        _slots = slots;
    }
}
