using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Events;

/// <summary>
/// Stacks of code addresses, each kept once and known by a number: what an event costs here is one look-up. Bounded: when it is full, new stacks are all <see cref="Other"/>, and counted. Not safe for several threads.
/// </summary>
sealed class AddressStacks
{
    /// <summary>Frames that are kept of a stack, those nearest to the leaf.</summary>
    public const int MaximumDepth = 256;

    /// <summary>The number of all stacks that did not fit.</summary>
    public const int Other = -1;

    readonly int _maximum;
    readonly List<ulong[]> _stacks = [];
    readonly Dictionary<ulong[], int> _index = new(SameAddresses.Instance);
    readonly Dictionary<ulong[], int>.AlternateLookup<ReadOnlySpan<ulong>> _lookup;

    /// <param name="maximum">Different stacks that are kept at most.</param>
    public AddressStacks(int maximum = 16_384)
    {
        _maximum = maximum;
        _lookup = _index.GetAlternateLookup<ReadOnlySpan<ulong>>();
    }

    /// <summary>How many times a stack was not kept because there were too many different ones.</summary>
    public long Dropped { get; private set; }

    /// <summary>How many different stacks there are.</summary>
    public int Count => _stacks.Count;

    /// <summary>The addresses, leaf first; none for <see cref="Other"/>.</summary>
    public ReadOnlySpan<ulong> this[int number] => number >= 0 ? _stacks[number] : [];

    /// <summary>The number of a stack.</summary>
    public int Intern(ReadOnlySpan<ulong> stack)
    {
        if (stack.Length > MaximumDepth) stack = stack[..MaximumDepth];
        if (_lookup.TryGetValue(stack, out var number)) return number;
        if (_stacks.Count >= _maximum)
        {
            Dropped++;
            return Other;
        }
        var kept = stack.ToArray();
        _stacks.Add(kept);
        return _index[kept] = _stacks.Count - 1;
    }

    /// <summary>The stacks of now, for reading while more are added.</summary>
    public ulong[][] Snapshot() => [.. _stacks];

    sealed class SameAddresses : IEqualityComparer<ulong[]>, IAlternateEqualityComparer<ReadOnlySpan<ulong>, ulong[]>
    {
        public static readonly SameAddresses Instance = new();

        public bool Equals(ulong[]? x, ulong[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(ulong[] addresses) => GetHashCode(addresses.AsSpan());

        public bool Equals(ReadOnlySpan<ulong> alternate, ulong[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<ulong> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(alternate));
            return hash.ToHashCode();
        }

        public ulong[] Create(ReadOnlySpan<ulong> alternate) => alternate.ToArray();
    }
}
