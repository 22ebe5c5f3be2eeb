namespace Vitrine.Go.Goroutines;

/// <summary>The label sets of a dump. Goroutines inherit the set of their creator, so most share one: each set is read once, by its address. One per thread.</summary>
internal sealed class LabelTable
{
    private readonly AddressMap _numbers = new();
    private readonly List<GoroutineLabel[]?> _sets = [];

    public int Count => _numbers.Count;

    /// <summary>The labels of a set; null when they could not be read.</summary>
    public GoroutineLabel[]? this[int number] => _sets[number];

    /// <summary>The number of the set at an address; it is read when it is new.</summary>
    public int Number(ulong address, LabelReader reader)
    {
        int number = _numbers.Add(address, out bool isNew);
        if (isNew)
            _sets.Add(reader.Read(address));
        return number;
    }

    /// <summary>Takes over another table; returns its numbers in this one.</summary>
    public int[] Merge(LabelTable other)
    {
        int[] map = new int[other.Count];
        for (int number = 0; number < map.Length; number++)
        {
            map[number] = _numbers.Add(other._numbers[number], out bool isNew);
            if (isNew)
                _sets.Add(other._sets[number]);
        }
        return map;
    }
}
