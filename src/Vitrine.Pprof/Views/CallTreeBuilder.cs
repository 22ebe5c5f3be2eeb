using System.Runtime.InteropServices;
using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof.Views;

/// <summary>
/// Builds a <see cref="CallTree"/> in four steps: values are summed per unique stack; each unique stack is walked once down a trie; own values are summed up the trie;
/// siblings are ordered and nodes renumbered in preorder.
/// </summary>
internal sealed class CallTreeBuilder
{
    /// <summary>Nodes times sample types: with what building needs besides, about 4 GB at most.</summary>
    const int MaxCells = 1 << 26;

    readonly CallTreeOptions _options;
    readonly SampleType[] _types;
    readonly FrameTable _frames;
    readonly List<int> _parents = [-1];
    readonly List<int> _frameOf = [-1];
    readonly List<long>[] _self;
    readonly List<long>[] _baseSelf;
    readonly int _deeper;
    readonly int _maxNodes;
    int[] _slots = new int[1024]; // open addressing; 0 = empty (node 0, the root, is nobody's child)
    bool _isDiff;
    long _cutStacks;

    public CallTreeBuilder(SampleType[] types, CallTreeOptions options)
    {
        options.Validate();
        _options = options;
        _types = types;
        // Every sample type is a column more: a profile with hundreds of them gets fewer nodes in the same memory.
        _maxNodes = Math.Min(options.MaxNodes, MaxCells / types.Length);
        _frames = new FrameTable(options.Granularity);
        _deeper = _frames.Intern(new CallFrame(CallFrame.DeeperName, "", 0));
        _self = NewColumns();
        _baseSelf = NewColumns();
    }

    List<long>[] NewColumns()
    {
        var columns = new List<long>[_types.Length];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = [0];
        return columns;
    }

    /// <summary>Adds the stacks of a profile, as current or as base values. A negative value counts on the other side.</summary>
    public void Add(Profile profile, ReadOnlySpan<int> valueIndexes, bool isBase)
    {
        var stacks = profile.Stacks;
        var sums = SumsPerStack(profile, valueIndexes, out var negativeSums);
        _isDiff |= isBase || negativeSums is not null;
        var frames = _frames.OfLocations(profile);
        var path = new List<int>();
        for (var stack = 0; stack < stacks.Count; stack++)
        {
            var row = stack * _types.Length;
            if (!HasValue(sums, row) && (negativeSums is null || !HasValue(negativeSums, row)))
                continue;
            PathOf(stacks[stack], frames, path);
            var node = Walk(path);
            for (var column = 0; column < _types.Length; column++)
            {
                Accumulate(isBase ? _baseSelf[column] : _self[column], node, sums[row + column]);
                if (negativeSums is not null)
                    Accumulate(isBase ? _self[column] : _baseSelf[column], node, negativeSums[row + column]);
            }
        }
    }

    bool HasValue(long[] sums, int row)
    {
        for (var column = 0; column < _types.Length; column++)
            if (sums[row + column] != 0)
                return true;
        return false;
    }

    long[] SumsPerStack(Profile profile, ReadOnlySpan<int> valueIndexes, out long[]? negative)
    {
        var cells = (long)profile.Stacks.Count * _types.Length;
        if (cells > Array.MaxLength)
            throw new NotSupportedException($"The profile has {profile.Stacks.Count:N0} stacks with {_types.Length} values each, more than a tree can be built of. Choose one value, or split the profile.");
        var sums = new long[cells];
        negative = null;
        foreach (var sample in profile.Samples)
        {
            var row = sample.StackIndex * _types.Length;
            for (var column = 0; column < _types.Length; column++)
            {
                var value = sample.Values[valueIndexes[column]];
                if (value >= 0)
                    sums[row + column] = AddUp(sums[row + column], value);
                else
                {
                    negative ??= new long[sums.Length];
                    negative[row + column] = AddUp(negative[row + column], value == long.MinValue ? long.MaxValue : -value);
                }
            }
        }
        return sums;
    }

    /// <summary>The frames of a stack in the order of the tree's levels, cut to the depth that is allowed.</summary>
    void PathOf(ReadOnlySpan<int> locations, SequenceStore<int> frames, List<int> path)
    {
        path.Clear();
        var limit = _options.MaxDepth;
        var count = 0L;
        foreach (var location in locations)
            count += frames.LengthOf(location);
        for (var i = 0; i < locations.Length && path.Count < limit; i++)
        {
            var ofLocation = frames[locations[_options.Inverted ? i : locations.Length - 1 - i]];
            for (var k = 0; k < ofLocation.Length && path.Count < limit; k++)
                path.Add(ofLocation[_options.Inverted ? ofLocation.Length - 1 - k : k]);
        }
        if (count <= limit)
            return;
        path[^1] = _deeper;
        _cutStacks++;
    }

    int Walk(List<int> path)
    {
        var node = 0;
        foreach (var frame in CollectionsMarshal.AsSpan(path))
        {
            var child = Child(node, frame);
            if (child < 0)
            {
                _cutStacks++;
                break;
            }
            node = child;
        }
        return node;
    }

    /// <summary>The child of a node for a frame, made if it is missing; −1 when no more nodes are allowed.</summary>
    int Child(int parent, int frame)
    {
        var mask = _slots.Length - 1;
        var slot = (int)SeededHash.Of((uint)parent, (uint)frame) & mask;
        for (; _slots[slot] != 0; slot = (slot + 1) & mask)
            if (_parents[_slots[slot]] == parent && _frameOf[_slots[slot]] == frame)
                return _slots[slot];
        if (_parents.Count > _maxNodes)
            return -1;
        var node = _parents.Count;
        _parents.Add(parent);
        _frameOf.Add(frame);
        foreach (var column in _self)
            column.Add(0);
        foreach (var column in _baseSelf)
            column.Add(0);
        _slots[slot] = node;
        if (node * 2 > _slots.Length)
            Rehash();
        return node;
    }

    void Rehash()
    {
        _slots = new int[_slots.Length * 2];
        var mask = _slots.Length - 1;
        for (var node = 1; node < _parents.Count; node++)
        {
            var slot = (int)SeededHash.Of((uint)_parents[node], (uint)_frameOf[node]) & mask;
            while (_slots[slot] != 0)
                slot = (slot + 1) & mask;
            _slots[slot] = node;
        }
    }

    static void Accumulate(List<long> values, int node, long value) => values[node] = AddUp(values[node], value);

    /// <summary>The sum of two numbers that are not negative, at most the largest there is.</summary>
    static long AddUp(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    public CallTree Build()
    {
        if (_options.Normalize && _isDiff)
            NormalizeBase();
        var totals = Array.ConvertAll(_self, Totals);
        var baseTotals = _isDiff ? Array.ConvertAll(_baseSelf, Totals) : null;
        var order = Preorder(totals[0], baseTotals?[0], out var ends);

        // New number by old number, and frames in the order in which the tree names them.
        var renumbered = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
            renumbered[order[i]] = i;
        var parents = new int[order.Length];
        var frameOf = new int[order.Length];
        var frames = new List<CallFrame>();
        var newFrame = new int[_frames.Frames.Count];
        Array.Fill(newFrame, -1);
        parents[0] = frameOf[0] = -1;
        for (var i = 1; i < order.Length; i++)
        {
            parents[i] = renumbered[_parents[order[i]]];
            ref var frame = ref newFrame[_frameOf[order[i]]];
            if (frame < 0)
            {
                frame = frames.Count;
                frames.Add(_frames.Frames[_frameOf[order[i]]]);
            }
            frameOf[i] = frame;
        }

        long[] Ordered(ReadOnlySpan<long> values)
        {
            var result = new long[order.Length];
            for (var i = 0; i < result.Length; i++)
                result[i] = values[order[i]];
            return result;
        }

        var columns = new CallTree.Column[_types.Length];
        for (var c = 0; c < columns.Length; c++)
        {
            columns[c] = new CallTree.Column(_types[c], Ordered(CollectionsMarshal.AsSpan(_self[c])), Ordered(totals[c]),
                baseTotals is null ? [] : Ordered(CollectionsMarshal.AsSpan(_baseSelf[c])), baseTotals is null ? [] : Ordered(baseTotals[c]));
        }
        return new CallTree([.. frames], parents, frameOf, ends, columns, _isDiff, _options.Inverted, _cutStacks);
    }

    long[] Totals(List<long> self)
    {
        // A child is made after its parent, so going backwards every subtree is complete when it is added to its parent.
        var totals = self.ToArray();
        for (var node = totals.Length - 1; node > 0; node--)
            totals[_parents[node]] = AddUp(totals[_parents[node]], totals[node]);
        return totals;
    }

    void NormalizeBase()
    {
        for (var c = 0; c < _types.Length; c++)
        {
            var current = Totals(_self[c])[0];
            var before = Totals(_baseSelf[c])[0];
            if (before == 0 || current == 0)
                continue;
            var factor = (double)current / before;
            var values = CollectionsMarshal.AsSpan(_baseSelf[c]);
            for (var i = 0; i < values.Length; i++)
                values[i] = (long)Math.Min(long.MaxValue, Math.Round(values[i] * factor));
        }
    }

    int[] Preorder(long[] total, long[]? baseTotal, out int[] ends)
    {
        var count = _parents.Count;
        var firstChild = new int[count + 1];
        for (var node = 1; node < count; node++)
            firstChild[_parents[node] + 1]++;
        for (var i = 0; i < count; i++)
            firstChild[i + 1] += firstChild[i];
        var children = new int[count - 1];
        var fill = firstChild.AsSpan(0, count).ToArray();
        for (var node = 1; node < count; node++)
            children[fill[_parents[node]]++] = node;

        var rank = FrameRanks();
        long Weight(int node) => baseTotal is null ? total[node] : AddUp(total[node], baseTotal[node]);
        int Compare(int a, int b)
        {
            var byWeight = Weight(b).CompareTo(Weight(a));
            return byWeight != 0 ? byWeight : rank[_frameOf[a]].CompareTo(rank[_frameOf[b]]);
        }
        for (var node = 0; node < count; node++)
            if (firstChild[node + 1] - firstChild[node] > 1)
                children.AsSpan(firstChild[node], firstChild[node + 1] - firstChild[node]).Sort(Compare);

        // Depth first with a stack of our own: trees are deeper than a thread's.
        var order = new int[count];
        var position = new int[count];
        var open = new Stack<int>();
        open.Push(0);
        for (var next = 0; open.Count > 0; next++)
        {
            var node = open.Pop();
            order[next] = node;
            position[node] = next;
            for (var i = firstChild[node + 1] - 1; i >= firstChild[node]; i--)
                open.Push(children[i]);
        }
        ends = new int[count];
        for (var i = count - 1; i >= 0; i--)
        {
            if (ends[i] == 0)
                ends[i] = i + 1;
            if (i > 0)
            {
                ref var end = ref ends[position[_parents[order[i]]]];
                end = Math.Max(end, ends[i]);
            }
        }
        return order;
    }

    /// <summary>Per frame its place by name, file and line: the order of siblings of equal value must not depend on the order of the samples.</summary>
    int[] FrameRanks()
    {
        var frames = _frames.Frames;
        var byName = new int[frames.Count];
        for (var i = 0; i < byName.Length; i++)
            byName[i] = i;
        byName.AsSpan().Sort((a, b) =>
        {
            var byText = string.CompareOrdinal(frames[a].Name, frames[b].Name);
            if (byText == 0)
                byText = string.CompareOrdinal(frames[a].File, frames[b].File);
            return byText != 0 ? byText : frames[a].Line.CompareTo(frames[b].Line);
        });
        var rank = new int[byName.Length];
        for (var i = 0; i < byName.Length; i++)
            rank[byName[i]] = i;
        return rank;
    }
}
