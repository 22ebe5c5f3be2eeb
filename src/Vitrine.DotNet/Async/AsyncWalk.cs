namespace Vitrine.DotNet.Async;

/// <summary>
/// Live tasks as logical chains: from what is waited for, through the methods that await one another, to the one that nobody awaits.
/// </summary>
/// <remarks>
/// An operation is an async method or a task with a body; a promise (<c>Task.Delay</c>, <c>Task.WhenAll</c>, a <c>TaskCompletionSource</c>) is what lies between them, or what the innermost waits for. A chain begins
/// at each operation that no other leads to, and there is one for each way up from it: one that waits for several is on several chains, and so is one that several wait for.
/// Other threads go on meanwhile: references are followed as they are found, within bounds and never twice on one way.
/// </remarks>
sealed class AsyncWalk
{
    const int MaximumDepth = 128, MaximumWays = 10_000;

    readonly Dictionary<Task, AsyncNode> _nodes = new(ReferenceEqualityComparer.Instance);
    readonly int _limit;
    int _chains;

    /// <param name="tasks">The live tasks.</param>
    /// <param name="limit">Chains that are made at most.</param>
    public AsyncWalk(IEnumerable<Task> tasks, int limit)
    {
        _limit = limit;
        foreach (var task in tasks)
            _nodes[task] = AsyncNode.Look(task);
    }

    /// <summary>The operations that were found, promises left out.</summary>
    public IEnumerable<AsyncNode> Operations => _nodes.Values.Where(static one => one.IsOperation);

    /// <summary>Whether there were more chains than are made.</summary>
    public bool IsCutOff { get; private set; }

    public IEnumerable<AsyncChain> Chains()
    {
        var reached = Reached();
        List<AsyncNode> path = [];
        List<AsyncChain> chains = [];
        foreach (var leaf in Operations)
        {
            if (reached.Contains(leaf.Task)) continue;
            Below(leaf, path);
            var (first, ways) = (path.Count > 0 ? path[0] : leaf, MaximumWays);
            Climb(leaf, path, first.WaitsFor, chains, ref ways);
            path.Clear();
            foreach (var chain in chains)
                yield return chain;
            chains.Clear();
        }
    }

    /// <summary>Every task that some operation leads to, through promises and directly.</summary>
    HashSet<object> Reached()
    {
        HashSet<object> reached = new(ReferenceEqualityComparer.Instance);
        Stack<AsyncNode> open = new(Operations);
        while (open.TryPop(out var node))
            foreach (var next in node.Continuations)
                if (reached.Add(next) && next is Task task && _nodes.TryGetValue(task, out var promise) && !promise.IsOperation)
                    open.Push(promise);
        return reached;
    }

    /// <summary>Operations from before the tracking began are not listed; the one that a listed one awaits is found through it.</summary>
    void Below(AsyncNode leaf, List<AsyncNode> path)
    {
        for (var node = leaf; path.Count < MaximumDepth && node.Awaited is Task { IsCompleted: false } awaited && !_nodes.ContainsKey(awaited);)
        {
            node = AsyncNode.Look(awaited);
            if (!node.IsOperation || path.Exists(one => ReferenceEquals(one.Task, awaited))) return;
            path.Insert(0, node);
        }
    }

    void Climb(AsyncNode node, List<AsyncNode> path, string waitsFor, List<AsyncChain> chains, ref int ways)
    {
        path.Add(node);
        var isEnd = true;
        foreach (var next in node.Continuations)
        {
            if (next is not Task { IsCompleted: false } task || path.Count >= MaximumDepth || path.Exists(one => ReferenceEquals(one.Task, task))) continue;
            isEnd = false;
            if (ways <= 0) break;
            Climb(_nodes.TryGetValue(task, out var known) ? known : AsyncNode.Look(task), path, waitsFor, chains, ref ways);
        }
        if (isEnd && _chains < _limit && --ways >= 0)
        {
            _chains++;
            chains.Add(new([.. path], waitsFor, node.Root));
        }
        else if (isEnd)
        {
            IsCutOff = true;
        }
        path.RemoveAt(path.Count - 1);
    }
}
