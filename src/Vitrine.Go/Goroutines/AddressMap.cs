namespace Vitrine.Go.Goroutines;

/// <summary>
/// Numbers addresses 0, 1, 2, … in the order of first sight. A plain open-addressing table: the framework's generic dictionary would have to be
/// compiled at start-up for this pair of types, which costs more than the whole dump of a small process.
/// </summary>
internal sealed class AddressMap
{
    private ulong[] _addresses = new ulong[64];
    private int[] _slots = new int[128];

    public int Count { get; private set; }

    public ulong this[int number] => _addresses[number];

    /// <summary>The number of an address; -1 when it has none.</summary>
    public int Find(ulong address)
    {
        int mask = _slots.Length - 1;
        for (int slot = Slot(address, mask); ; slot = (slot + 1) & mask)
        {
            int number = _slots[slot] - 1;
            if (number < 0 || _addresses[number] == address)
                return number;
        }
    }

    /// <summary>The number of an address, which gets one if it has none.</summary>
    public int Add(ulong address, out bool isNew)
    {
        int mask = _slots.Length - 1;
        int slot = Slot(address, mask);
        for (; ; slot = (slot + 1) & mask)
        {
            int number = _slots[slot] - 1;
            if (number < 0)
                break;
            if (_addresses[number] == address)
            {
                isNew = false;
                return number;
            }
        }
        if (Count == _addresses.Length)
            Array.Resize(ref _addresses, Count * 2);
        _addresses[Count] = address;
        _slots[slot] = ++Count;
        isNew = true;
        if (Count * 2 > _slots.Length)
            Grow();
        return Count - 1;
    }

    // Multiplying spreads aligned addresses over the upper bits.
    private static int Slot(ulong address, int mask) => (int)((address * 0x9E3779B97F4A7C15) >> 32) & mask;

    private void Grow()
    {
        int[] slots = new int[_slots.Length * 2];
        int mask = slots.Length - 1;
        for (int number = 0; number < Count; number++)
        {
            int slot = Slot(_addresses[number], mask);
            while (slots[slot] != 0)
                slot = (slot + 1) & mask;
            slots[slot] = number + 1;
        }
        _slots = slots;
    }
}
