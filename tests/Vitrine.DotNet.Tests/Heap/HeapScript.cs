using Vitrine.DotNet.Allocations;
using Vitrine.DotNet.Heap;

namespace Vitrine.DotNet.Tests.Heap;

/// <summary>A sequence of a runtime's events, written down by hand, and what is followed after it. Objects are known by the name of their type.</summary>
sealed class HeapScript(int limit = 100_000)
{
    public const ulong Gen0 = 0x1000_0000, Gen1 = 0x2000_0000, Gen2 = 0x3000_0000, Large = 0x4000_0000, Pinned = 0x5000_0000, Other = 0x6000_0000;
    const ulong RegionLength = 1 << 22;

    readonly AllocationSites _sites = new(AllocationLimits.Default);
    LiveObjects? _live;
    uint _number;

    public LiveObjects Live => _live ??= new(_sites, limit, seed: 1);

    public AllocationSites Sites => _sites;

    public HeapScript Allocate(string name, ulong address, ulong size = 200)
    {
        Live.Allocated(new() { Type = name, Address = address, Size = size, Generation = GenerationOf(address) }, [0x77]);
        return this;
    }

    // Only generation 0 and the heaps of large and pinned objects are allocated in; a test that begins with an older object does not say how it came there.
    static byte GenerationOf(ulong address) => address switch { < Gen1 => 0, < Large => TrackedObject.Unplaced, < Pinned => 3, < Other => 4, _ => TrackedObject.Unplaced };

    /// <summary>A blocking collection from its start to its end.</summary>
    public HeapScript Collect(int generation, Action<HeapScript> survivors)
    {
        var number = Begin(generation);
        Ranges();
        survivors(this);
        Ranges();
        return End(number);
    }

    public uint Begin(int generation, bool isBackground = false)
    {
        Live.CollectionStarted(++_number, generation, isBackground);
        return _number;
    }

    public HeapScript Skip()
    {
        _number++;
        return this;
    }

    public HeapScript Ranges()
    {
        Live.GenerationRange(4, Pinned, RegionLength, RegionLength);
        Live.GenerationRange(3, Large, RegionLength * 8, RegionLength * 8);
        Live.GenerationRange(2, Gen2, RegionLength, RegionLength);
        Live.GenerationRange(1, Gen1, RegionLength, RegionLength);
        Live.GenerationRange(0, Gen0, RegionLength, RegionLength);
        return this;
    }

    /// <summary>The program's threads run again.</summary>
    public HeapScript Go()
    {
        Live.Resumed();
        return this;
    }

    public HeapScript Stay(ulong start, ulong length)
    {
        Live.Survived([new(start, length)]);
        return this;
    }

    public HeapScript Move(ulong from, ulong to, ulong length)
    {
        Live.Moved([new(from, to, length)]);
        return this;
    }

    public HeapScript End(uint number)
    {
        Live.CollectionEnded(number);
        return this;
    }

    /// <summary>Names of what is followed, sorted; those that no collection has seen yet with a question mark.</summary>
    public string Followed
    {
        get
        {
            List<string> names = [];
            Live.ForEach((site, _, isSettled) => names.Add(_sites[site].Type + (isSettled ? "" : "?")));
            names.Sort(StringComparer.Ordinal);
            return string.Join(' ', names);
        }
    }
}
