using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Allocations;

/// <summary>
/// What was allocated, by site: a stack and the type of the object. Sites are numbered from 0 and never forgotten, as Go's heap profile keeps its buckets; when there are too many different
/// ones, further stacks are counted together. Not safe for several threads: its owner holds a lock.
/// </summary>
sealed class AllocationSites(AllocationLimits limits)
{
    /// <summary>A site's stack and type; the stack is empty for what was not told apart any more.</summary>
    public readonly record struct Site(ulong[] Stack, string Type);

    readonly Dictionary<ulong[], int> _stackNumbers = new(new StackComparer());
    readonly Dictionary<string, int> _typeNumbers = new(StringComparer.Ordinal);
    readonly Dictionary<long, int> _siteNumbers = [];
    readonly List<ulong[]> _stacks = [[]];
    readonly List<string> _types = ["(other types)"];
    readonly List<(int Stack, int Type)> _sites = [];
    readonly List<Estimate> _allocated = [];
    long _addresses;

    /// <summary>Samples that were taken in.</summary>
    public long Samples { get; private set; }

    /// <summary>Samples whose site was not told apart because there were too many stacks, types or pairs of them.</summary>
    public long Indistinct { get; private set; }

    /// <summary>How many sites there are.</summary>
    public int Count => _sites.Count;

    /// <summary>The stack and type of a site.</summary>
    public Site this[int site] => new(_stacks[_sites[site].Stack], _types[_sites[site].Type]);

    /// <summary>What was allocated at a site since the beginning.</summary>
    public Estimate Allocated(int site) => _allocated[site];

    /// <summary>Counts one sample.</summary>
    /// <returns>Its site.</returns>
    public int Add(ReadOnlySpan<ulong> stack, ReadOnlySpan<char> type, ulong size)
    {
        Samples++;
        var (stackNumber, typeNumber) = (StackNumber(stack), TypeNumber(type));
        var isIndistinct = stackNumber < 0 || typeNumber < 0;
        var key = (long)Math.Max(stackNumber, 0) << 32 | (uint)Math.Max(typeNumber, 0);
        // The site of everything else, no stack and no type, has its place beyond the limit.
        if (_sites.Count >= limits.Sites && key != 0 && !_siteNumbers.ContainsKey(key)) (key, isIndistinct) = (0, true);
        if (isIndistinct) Indistinct++;
        ref var site = ref CollectionsMarshal.GetValueRefOrAddDefault(_siteNumbers, key, out var isKnown);
        if (!isKnown)
        {
            site = _sites.Count;
            _sites.Add(((int)(key >> 32), (int)key));
            _allocated.Add(default);
        }
        CollectionsMarshal.AsSpan(_allocated)[site] += SamplingRate.OfRuntime.Of(size);
        return site;
    }

    int StackNumber(ReadOnlySpan<ulong> stack)
    {
        // The leaf's end is what tells places apart.
        if (stack.Length > limits.StackDepth) stack = stack[..limits.StackDepth];
        var known = _stackNumbers.GetAlternateLookup<ReadOnlySpan<ulong>>();
        if (known.TryGetValue(stack, out var number)) return number;
        if (_stacks.Count > limits.Stacks || _addresses + stack.Length > limits.StackAddresses) return -1;
        _addresses += stack.Length;
        number = _stacks.Count;
        var kept = stack.ToArray();
        _stacks.Add(kept);
        _stackNumbers.Add(kept, number);
        return number;
    }

    int TypeNumber(ReadOnlySpan<char> type)
    {
        if (type.Length > limits.TypeNameLength) type = type[..limits.TypeNameLength];
        var known = _typeNumbers.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(type, out var number)) return number;
        if (_types.Count > limits.Types) return -1;
        number = _types.Count;
        _types.Add(type.ToString());
        _typeNumbers.Add(_types[number], number);
        return number;
    }

    sealed class StackComparer : IEqualityComparer<ulong[]>, IAlternateEqualityComparer<ReadOnlySpan<ulong>, ulong[]>
    {
        public bool Equals(ulong[]? x, ulong[]? y) => x.AsSpan().SequenceEqual(y);
        public bool Equals(ReadOnlySpan<ulong> alternate, ulong[] other) => alternate.SequenceEqual(other);
        public int GetHashCode([DisallowNull] ulong[] stack) => GetHashCode(stack.AsSpan());
        public ulong[] Create(ReadOnlySpan<ulong> alternate) => alternate.ToArray();

        // Addresses come from another process: the hash is seeded per process, so that nobody can choose stacks that collide.
        public int GetHashCode(ReadOnlySpan<ulong> stack)
        {
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(stack));
            return hash.ToHashCode();
        }
    }
}
