namespace Vitrine.DotNet.Allocations;

/// <summary>Bounds on what an allocation profile keeps. What comes from another process is bounded here too.</summary>
public sealed record AllocationLimits
{
    /// <summary>The limits that are used when nothing else is said.</summary>
    public static AllocationLimits Default { get; } = new();

    /// <summary>Different stacks that are told apart; what comes beyond is counted together.</summary>
    public int Stacks { get; init => field = AtLeast(value, 1); } = 50_000;

    /// <summary>Frames of all stacks together, eight bytes each.</summary>
    public int StackAddresses { get; init => field = AtLeast(value, 1); } = 2_000_000;

    /// <summary>Frames of one stack, counted from the allocation; callers beyond are left out.</summary>
    public int StackDepth { get; init => field = AtLeast(value, 1); } = 512;

    /// <summary>Different types that are told apart.</summary>
    public int Types { get; init => field = AtLeast(value, 1); } = 20_000;

    /// <summary>Characters of one type's name; generic types have long ones.</summary>
    public int TypeNameLength { get; init => field = AtLeast(value, 1); } = 1024;

    /// <summary>
    /// Different combinations of a stack, a type and a work that are told apart, some 100 bytes each; what comes beyond is counted together. From the half of it on new ones have no trace, from three quarters on no
    /// labels, so that many works do not push out the places.
    /// </summary>
    public int Sites { get; init => field = AtLeast(value, 1); } = 200_000;

    static int AtLeast(int value, int least)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least);
        return value;
    }
}
