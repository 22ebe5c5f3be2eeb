namespace Vitrine.Go.Goroutines;

/// <summary>The copied stack of a parked goroutine, for the search of pointers in it.</summary>
internal readonly ref struct ParkedStack
{
    /// <summary>Address of the g.</summary>
    public required ulong Goroutine { get; init; }

    /// <summary>Number of the stack among equal ones.</summary>
    public required int StackId { get; init; }

    /// <summary>Bounds of the whole stack in the target.</summary>
    public required ulong Low { get; init; }
    public required ulong High { get; init; }

    /// <summary>Address of the first byte of <see cref="Bytes"/>.</summary>
    public required ulong StackPointer { get; init; }
    public required ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>The walked frames: for each, the address behind its return address.</summary>
    public required ReadOnlySpan<ulong> FrameBases { get; init; }

    /// <summary>Whether a word can be a pointer to a runtime object: aligned, not small, in user space, and not into this very stack.</summary>
    public bool CanBeObject(ulong word) =>
        word >= 4096 && (word & 7) == 0 && word >> 47 == 0 && !(word >= Low && word < High);
}
