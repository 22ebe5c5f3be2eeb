namespace Vitrine.Pprof.Views;

/// <summary>
/// The stacks of a profile summed up in a tree: the input of every drawing view. Built once, in time linear in the frames of the unique stacks, and immutable.
/// <para>
/// Nodes are numbered in preorder and kept in columns: node 0 is the root, the first child of node n is n + 1 (if that is before <see cref="Ends"/>[n]) and a node's next
/// sibling begins where its subtree ends. Siblings are ordered by value, biggest first, then by name, so that equal profiles give equal trees, whatever the order of their samples.
/// Inlined calls are frames like any other. A recursive call is a node below the call before it: nothing is folded away.
/// </para>
/// <para>
/// Values never are negative. A tree that is a difference has a base beside each current value; so has the tree of a profile with negative
/// values (what <c>pprof -diff_base</c> and <see cref="Vitrine.Pprof"/>'s own difference make): what is negative there is base here.
/// Sums that leave 63 bits stay at the largest number instead of wrapping around.
/// </para>
/// </summary>
public sealed class CallTree
{
    readonly int[] _parents;
    readonly int[] _frames;
    readonly int[] _ends;
    readonly Column[] _columns;

    /// <summary>Own and summed values of one sample type; the base is empty unless the tree is a difference.</summary>
    internal sealed record Column(SampleType Type, long[] Self, long[] Total, long[] BaseSelf, long[] BaseTotal);

    internal CallTree(CallFrame[] frames, int[] parents, int[] frameOf, int[] ends, Column[] columns, bool isDiff, bool isInverted, long cutStacks)
    {
        Frames = frames;
        _parents = parents;
        _frames = frameOf;
        _ends = ends;
        _columns = columns;
        SampleTypes = Array.ConvertAll(columns, column => column.Type);
        IsDiff = isDiff;
        IsInverted = isInverted;
        CutStacks = cutStacks;
    }

    /// <summary>The frames that nodes refer to, in the order in which they first occur in the tree.</summary>
    public IReadOnlyList<CallFrame> Frames { get; }

    /// <summary>The sample types of the columns.</summary>
    public IReadOnlyList<SampleType> SampleTypes { get; }

    /// <summary>How many nodes there are, the root included.</summary>
    public int NodeCount => _parents.Length;

    /// <summary>Per node the parent; −1 for the root.</summary>
    public ReadOnlySpan<int> Parents => _parents;

    /// <summary>Per node the index into <see cref="Frames"/>; −1 for the root.</summary>
    public ReadOnlySpan<int> FrameIndexes => _frames;

    /// <summary>Per node the number after the last one of its subtree.</summary>
    public ReadOnlySpan<int> Ends => _ends;

    /// <summary>True when every node has a base value beside the current one.</summary>
    public bool IsDiff { get; }

    /// <summary>True when a node's children are its callers.</summary>
    public bool IsInverted { get; }

    /// <summary>Unique stacks of which deeper frames were left out because of <see cref="CallTreeOptions.MaxDepth"/> or <see cref="CallTreeOptions.MaxNodes"/>. Views say so when it is not 0.</summary>
    public long CutStacks { get; }

    /// <summary>Per node the value of the stacks that end there.</summary>
    public ReadOnlySpan<long> Self(int column = 0) => _columns[column].Self;

    /// <summary>Per node the value of its whole subtree.</summary>
    public ReadOnlySpan<long> Total(int column = 0) => _columns[column].Total;

    /// <summary>As <see cref="Self"/>, of the base; empty unless <see cref="IsDiff"/>.</summary>
    public ReadOnlySpan<long> BaseSelf(int column = 0) => _columns[column].BaseSelf;

    /// <summary>As <see cref="Total"/>, of the base; empty unless <see cref="IsDiff"/>.</summary>
    public ReadOnlySpan<long> BaseTotal(int column = 0) => _columns[column].BaseTotal;

    /// <summary>The tree of one sample type.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="valueIndex">Which value of its samples; for example <see cref="Profile.DefaultSampleTypeIndex"/>.</param>
    /// <param name="options">Granularity, direction and bounds.</param>
    public static CallTree Of(Profile profile, int valueIndex, CallTreeOptions? options = null) => Of(profile, [valueIndex], options);

    /// <summary>One tree with a column for each of several sample types; siblings are ordered by the first.</summary>
    public static CallTree Of(Profile profile, ReadOnlySpan<int> valueIndexes, CallTreeOptions? options = null)
    {
        var builder = new CallTreeBuilder(CheckedTypes(profile, valueIndexes), options ?? CallTreeOptions.Default);
        builder.Add(profile, valueIndexes, isBase: false);
        return builder.Build();
    }

    /// <summary>The difference of two profiles: every node has its value in both.</summary>
    /// <param name="baseline">What is compared with.</param>
    /// <param name="current">What is looked at.</param>
    /// <param name="valueIndexes">Sample types of <paramref name="current"/>; <paramref name="baseline"/> must have types of the same names and units.</param>
    /// <param name="options">Granularity, direction, normalisation and bounds.</param>
    /// <exception cref="ArgumentException">The base lacks one of the sample types.</exception>
    public static CallTree Diff(Profile baseline, Profile current, ReadOnlySpan<int> valueIndexes, CallTreeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        var types = CheckedTypes(current, valueIndexes);
        var builder = new CallTreeBuilder(types, options ?? CallTreeOptions.Default);
        builder.Add(current, valueIndexes, isBase: false);
        builder.Add(baseline, Array.ConvertAll(types, type => MatchingType(baseline, type)), isBase: true);
        return builder.Build();
    }

    /// <summary>The values that two profiles can be compared by: for each sample type of <paramref name="current"/> that <paramref name="baseline"/> has too, its index.</summary>
    public static int[] CommonTypes(Profile baseline, Profile current)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(current);
        return [.. Enumerable.Range(0, current.SampleTypes.Count).Where(i => baseline.SampleTypes.Contains(current.SampleTypes[i]))];
    }

    static SampleType[] CheckedTypes(Profile profile, ReadOnlySpan<int> valueIndexes)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (valueIndexes.IsEmpty)
            throw new ArgumentException("Name at least one sample type.", nameof(valueIndexes));
        var types = new SampleType[valueIndexes.Length];
        for (var i = 0; i < types.Length; i++)
        {
            if ((uint)valueIndexes[i] >= (uint)profile.SampleTypes.Count)
                throw new ArgumentOutOfRangeException(nameof(valueIndexes), valueIndexes[i], $"The profile has {profile.SampleTypes.Count} sample types.");
            types[i] = profile.SampleTypes[valueIndexes[i]];
        }
        return types;
    }

    static int MatchingType(Profile profile, SampleType type)
    {
        for (var i = 0; i < profile.SampleTypes.Count; i++)
            if (profile.SampleTypes[i] == type)
                return i;
        throw new ArgumentException($"The base profile has no values of type {type}; it has {string.Join(", ", profile.SampleTypes)}. Compare profiles of the same kind.");
    }
}
