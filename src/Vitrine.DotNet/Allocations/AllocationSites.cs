using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Vitrine.DotNet.Labels;

namespace Vitrine.DotNet.Allocations;

/// <summary>
/// What was allocated, by site: a stack, the type of the object and the work it was for. Sites are numbered from 0 and never forgotten, as Go's heap profile keeps its buckets; when there are too many different
/// ones, further stacks are counted together. Not safe for several threads: its owner holds a lock.
/// </summary>
/// <param name="limits">Bounds.</param>
/// <param name="work">What the works' numbers are of; null when there are none.</param>
sealed class AllocationSites(AllocationLimits limits, EventWork? work = null)
{
    /// <summary>A site's stack, type and work; the stack is empty for what was not told apart any more.</summary>
    public readonly record struct Site(ulong[] Stack, string Type, int Work);

    readonly Dictionary<ulong[], int> _stackNumbers = new(new StackComparer());
    readonly Dictionary<string, int> _typeNumbers = new(StringComparer.Ordinal);
    readonly Dictionary<(int Stack, int Type, int Work), int> _siteNumbers = [];
    readonly List<ulong[]> _stacks = [[]];
    readonly List<string> _types = ["(other types)"];
    readonly List<(int Stack, int Type, int Work)> _sites = [];
    readonly List<Estimate> _allocated = [];
    long _addresses;

    /// <summary>Samples that were taken in.</summary>
    public long Samples { get; private set; }

    /// <summary>Samples whose site was not told apart because there were too many stacks, types or pairs of them.</summary>
    public long Indistinct { get; private set; }

    /// <summary>How many sites there are.</summary>
    public int Count => _sites.Count;

    /// <summary>The stack and type of a site.</summary>
    public Site this[int site] => new(_stacks[_sites[site].Stack], _types[_sites[site].Type], _sites[site].Work);

    /// <summary>What was allocated at a site since the beginning.</summary>
    public Estimate Allocated(int site) => _allocated[site];

    /// <summary>Counts one sample.</summary>
    /// <param name="stack">Where, leaf first.</param>
    /// <param name="type">The object's type.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="forWhom">Number of what the thread worked for.</param>
    /// <returns>Its site.</returns>
    public int Add(ReadOnlySpan<ulong> stack, ReadOnlySpan<char> type, ulong size, int forWhom = WorkNumbers.None)
    {
        Samples++;
        var (stackNumber, typeNumber) = (StackNumber(stack), TypeNumber(type));
        var isIndistinct = stackNumber < 0 || typeNumber < 0;
        var key = (Stack: Math.Max(stackNumber, 0), Type: Math.Max(typeNumber, 0), Work: work is null ? WorkNumbers.None : forWhom);
        while (key.Work != WorkNumbers.None && !HasRoom(key, work!.HasTrace(key.Work) ? limits.Sites / 2 : limits.Sites / 4 * 3))
            key.Work = work.Coarser(key.Work);
        // The site of everything else, no stack and no type, has its place beyond the limit.
        if (key != default && !HasRoom(key, limits.Sites)) (key, isIndistinct) = (default, true);
        if (isIndistinct) Indistinct++;
        ref var site = ref CollectionsMarshal.GetValueRefOrAddDefault(_siteNumbers, key, out var isKnown);
        if (!isKnown)
        {
            site = _sites.Count;
            _sites.Add(key);
            _allocated.Add(default);
        }
        CollectionsMarshal.AsSpan(_allocated)[site] += SamplingRate.OfRuntime.Of(size);
        return site;
    }

    bool HasRoom((int, int, int) key, int sites) => _sites.Count < sites || _siteNumbers.ContainsKey(key);

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
