namespace Vitrine.DotNet.Heap;

/// <summary>A sampled object that is not known to be dead.</summary>
struct TrackedObject
{
    /// <summary>No list of the generations' memory has had it yet.</summary>
    public const byte Unplaced = 255;

    /// <summary>Where it is, since the last collection that moved it.</summary>
    public ulong Address;

    /// <summary>Its size in bytes.</summary>
    public ulong Size;

    /// <summary>Where it will be at the end of the collection that is running.</summary>
    public ulong NewAddress;

    /// <summary>Number of the site in <see cref="Allocations.AllocationSites"/>.</summary>
    public int Site;

    /// <summary>The last look of the collector (<see cref="LiveObjects"/> numbers them) that <see cref="Fate"/> is of.</summary>
    public uint Look;

    /// <summary>How many blocking collections had ended when it was allocated.</summary>
    public uint BornAfter;

    /// <summary>The generation that its memory belonged to after the last look, or <see cref="Unplaced"/>.</summary>
    public byte Generation;

    /// <summary>What that look has said of it so far.</summary>
    public ObjectFate Fate;

    /// <summary>Whether its memory may have been used again without a word: see <see cref="LiveObjects"/> on suspects.</summary>
    public bool IsSuspect;
}

/// <summary>What a running collection has said of an object.</summary>
enum ObjectFate : byte
{
    /// <summary>It is in a generation that is not looked at: it stays.</summary>
    Untouched,

    /// <summary>It is looked at, and was not told to survive yet.</summary>
    Condemned,

    /// <summary>It survives.</summary>
    Survives,

    /// <summary>Another object is moved to where it is: it was dead before.</summary>
    Overwritten,
}
