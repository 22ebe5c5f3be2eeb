using Vitrine.DotNet.Heap;

namespace Vitrine.DotNet.Tests.Heap;

/// <summary>
/// A small generational heap of regions, with blocking collections that sweep or compact, background ones with others nested in them, pinned objects, demotion, and regions that are given back and used again: an
/// independent account of what lives, which tells <see cref="IHeapEvents"/> what a runtime would. Every object is told when it is allocated.
/// </summary>
sealed class SimulatedHeap(int seed, IHeapEvents events)
{
    const ulong RegionLength = 1 << 22;

    sealed class Item(int id, ulong address, ulong size)
    {
        public int Id { get; } = id;
        public ulong Address { get; set; } = address;
        public ulong Size { get; } = size;
        public bool IsReachable { get; set; } = true;
        public bool IsPinned { get; set; }
        public ulong End => Address + Size;
    }

    sealed class Region(ulong start, int generation)
    {
        public ulong Start { get; } = start;
        public int Generation { get; set; } = generation;
        public List<Item> Items { get; } = [];
        public ulong Top => Items.Count > 0 ? Items[^1].End : Start;
    }

    readonly Random _random = new(seed);
    readonly List<Region> _regions = [];
    readonly Stack<ulong> _free = [];
    ulong _next = 0x7f00_0000_0000;
    uint _number;
    int _ids;

    /// <summary>Objects that the collector has not found dead yet, whether the program can reach them or not.</summary>
    public IEnumerable<int> InMemory => _regions.SelectMany(static region => region.Items).Select(static one => one.Id).Order();

    public int Collections { get; private set; }

    public void Run(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            for (var k = _random.Next(40); k > 0; k--)
                Allocate();
            Die();
            switch (_random.Next(8))
            {
                case < 4: Blocking(0); break;
                case < 6: Blocking(1); break;
                case 6: Blocking(2); break;
                default: Background(); break;
            }
        }
    }

    void Allocate()
    {
        var kind = _random.Next(12) switch { 0 => 3, 1 => 4, _ => 0 };
        var size = (ulong)(kind == 3 ? _random.Next(85_000, 900_000) : _random.Next(24, 60_000)) & ~7UL;
        var region = _regions.FirstOrDefault(one => one.Generation == kind && one.Top + size <= one.Start + RegionLength) ?? NewRegion(kind);
        var item = new Item(_ids++, region.Top, size) { IsPinned = _random.Next(20) == 0 };
        region.Items.Add(item);
        events.Allocated(new() { Type = item.Id.ToString(), Address = item.Address, Size = size, Generation = (byte)kind }, [1]);
    }

    void Die()
    {
        foreach (var item in _regions.SelectMany(static region => region.Items))
            if (_random.Next(3) == 0) item.IsReachable = false;
    }

    void Blocking(int generation)
    {
        var number = ++_number;
        Collections++;
        events.CollectionStarted(number, generation, isBackground: false);
        Tell();
        List<SurvivedRange> stay = [];
        List<MovedRange> move = [];
        var looked = _regions.Where(one => one.Generation <= generation || generation == 2).ToList();
        var compacts = _random.Next(2) == 0;
        foreach (var group in looked.GroupBy(static one => one.Generation).OrderByDescending(static one => one.Key))
            if (compacts && group.Key <= 2) Compact([.. group], group.Key, stay, move);
            else
                foreach (var region in group)
                {
                    region.Items.RemoveAll(static one => !one.IsReachable);
                    if (region.Generation <= 2) region.Generation = _random.Next(10) == 0 ? region.Generation : Math.Min(2, region.Generation + 1);
                    Plugs(region, stay);
                }
        // Heaps tell their parts in any order and in pieces.
        foreach (var part in Shuffled(stay).Chunk(5)) events.Survived(part);
        foreach (var part in Shuffled(move).Chunk(5)) events.Moved(part);
        GiveBack();
        Tell();
        events.CollectionEnded(number);
        events.Resumed();
    }

    // All regions of one generation: some are swept in place as regions that are full of survivors are; what survives in the others is moved together, to the next generation or (demoted) to the youngest.
    void Compact(List<Region> regions, int generation, List<SurvivedRange> stay, List<MovedRange> move)
    {
        var target = generation == 2 ? 2 : _random.Next(5) == 0 ? 0 : generation + 1;
        List<Item> survivors = [];
        foreach (var region in regions)
        {
            region.Items.RemoveAll(static one => !one.IsReachable);
            if (_random.Next(4) == 0)
            {
                Plugs(region, stay);
                region.Generation = Math.Min(2, generation + 1);
                continue;
            }
            foreach (var pinned in region.Items.Where(static one => one.IsPinned))
                move.Add(new(pinned.Address, pinned.Address, pinned.Size));
            survivors.AddRange(region.Items.Where(static one => !one.IsPinned));
            region.Items.RemoveAll(static one => !one.IsPinned);
            region.Generation = target;
        }
        foreach (var item in survivors)
        {
            var old = item.Address;
            var home = _regions.FirstOrDefault(one => one.Generation == target && regions.Contains(one) && one.Top + item.Size <= one.Start + RegionLength)
                ?? _regions.FirstOrDefault(one => one.Generation == target && !regions.Contains(one) && one.Top + item.Size <= one.Start + RegionLength && !one.Items.Exists(static x => !x.IsReachable))
                ?? NewRegion(target);
            item.Address = home.Top;
            home.Items.Add(item);
            move.Add(new(old, item.Address, item.Size));
        }
    }

    void Background()
    {
        var number = ++_number;
        Collections++;
        events.CollectionStarted(number, 2, isBackground: true);
        Tell();
        events.Resumed();
        // What it will find dead is decided here; what dies later is garbage of the next one.
        var dead = _regions.Where(static one => one.Generation >= 2).SelectMany(static one => one.Items).Where(static one => !one.IsReachable).ToHashSet();
        for (var nested = _random.Next(4); nested > 0; nested--)
        {
            for (var k = _random.Next(20); k > 0; k--)
                Allocate();
            Die();
            Blocking(_random.Next(2));
        }
        foreach (var region in _regions)
            region.Items.RemoveAll(dead.Contains);
        List<SurvivedRange> all = [];
        foreach (var region in _regions)
            Plugs(region, all);
        foreach (var part in Shuffled(all).Chunk(7)) events.Survived(part);
        events.Resumed();
        GiveBack();
        Tell();
        events.CollectionEnded(number);
    }

    static void Plugs(Region region, List<SurvivedRange> into)
    {
        var (start, end) = (0UL, 0UL);
        foreach (var item in region.Items)
        {
            if (item.Address == end)
            {
                end = item.End;
                continue;
            }
            if (end > start) into.Add(new(start, end - start));
            (start, end) = (item.Address, item.End);
        }
        if (end > start) into.Add(new(start, end - start));
    }

    void Tell()
    {
        foreach (var region in _regions.OrderByDescending(static one => one.Generation))
            events.GenerationRange(region.Generation, region.Start, region.Top - region.Start, RegionLength);
    }

    Region NewRegion(int generation)
    {
        var region = new Region(_free.Count > 0 && _random.Next(2) == 0 ? _free.Pop() : _next += RegionLength, generation);
        _regions.Add(region);
        return region;
    }

    void GiveBack()
    {
        foreach (var region in _regions.Where(static one => one.Items.Count == 0).ToList())
        {
            _regions.Remove(region);
            _free.Push(region.Start);
        }
    }

    List<T> Shuffled<T>(List<T> list)
    {
        var array = list.ToArray();
        _random.Shuffle(array);
        return [.. array];
    }
}
