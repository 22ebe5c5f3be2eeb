using System.Diagnostics.CodeAnalysis;

namespace Vitrine.DotNet.Stacks;

/// <summary>What was counted for each stack. Not safe for several threads: its owner holds a lock.</summary>
sealed class StackTally
{
    readonly Dictionary<CapturedStack, Entry> _entries = [];

    /// <summary>Count and amount of one stack.</summary>
    public sealed class Entry(CapturedStack stack)
    {
        public CapturedStack Stack { get; } = stack;
        public double Count { get; set; }
        public double Amount { get; set; }
    }

    /// <summary>How many different stacks there are.</summary>
    public int Count => _entries.Count;

    public bool TryGet(CapturedStack stack, [MaybeNullWhen(false)] out Entry entry) => _entries.TryGetValue(stack, out entry);

    public Entry GetOrAdd(CapturedStack stack)
    {
        if (!_entries.TryGetValue(stack, out var entry))
            _entries.Add(stack, entry = new(stack));
        return entry;
    }

    /// <summary>Takes one off, and forgets a stack that nothing is left of.</summary>
    public void RemoveOne(Entry entry)
    {
        if (--entry.Count <= 0) _entries.Remove(entry.Stack);
    }

    /// <summary>The figures of now.</summary>
    public void CopyTo(List<(CapturedStack Stack, double Count, double Amount)> list)
    {
        foreach (var entry in _entries.Values)
            list.Add((entry.Stack, entry.Count, entry.Amount));
    }
}
