namespace Vitrine.Guard;

/// <summary>The permits that are out, so that they can be ended.</summary>
sealed class ActiveLooks
{
    readonly HashSet<LookPermit> _permits = new(ReferenceEqualityComparer.Instance);
    readonly Lock _lock = new();

    public int Count
    {
        get { lock (_lock) return _permits.Count; }
    }

    public void Add(LookPermit permit)
    {
        lock (_lock) _permits.Add(permit);
    }

    public void Remove(LookPermit permit)
    {
        lock (_lock) _permits.Remove(permit);
    }

    /// <summary>Ends each for which the answer is yes. What follows from it runs elsewhere: no look can hold up the end of another one.</summary>
    public void EndWhere(Func<LookPermit, bool> isOver, LookEnd because)
    {
        LookPermit[] permits;
        lock (_lock) permits = [.. _permits];
        foreach (var permit in permits)
        {
            if (isOver(permit)) permit.EndNow(because);
        }
    }
}
