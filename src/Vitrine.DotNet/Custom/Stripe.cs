using Vitrine.DotNet.Stacks;

namespace Vitrine.DotNet.Custom;

/// <summary>One independently locked part of a profile: some of its values, and how many of them each stack has added.</summary>
sealed class Stripe(int limit)
{
    readonly Lock _gate = new();
    readonly Dictionary<object, StackTally.Entry> _values = new(ValueIdentity.Instance);
    readonly StackTally _tally = new();
    long _dropped;

    public enum Outcome
    {
        Added,
        Duplicate,
        Full,
    }

    public Outcome Add(object value, CapturedStack stack)
    {
        lock (_gate)
        {
            if (_values.ContainsKey(value)) return Outcome.Duplicate;
            if (_values.Count >= limit)
            {
                _dropped++;
                return Outcome.Full;
            }
            var entry = _tally.GetOrAdd(stack);
            entry.Count++;
            _values.Add(value, entry);
            return Outcome.Added;
        }
    }

    public bool Remove(object value)
    {
        lock (_gate)
        {
            if (!_values.Remove(value, out var entry)) return false;
            _tally.RemoveOne(entry);
            return true;
        }
    }

    public (int Values, long Dropped) Counts
    {
        get
        {
            lock (_gate)
                return (_values.Count, _dropped);
        }
    }

    public void CopyTo(List<(CapturedStack Stack, double Count, double Amount)> list)
    {
        lock (_gate)
            _tally.CopyTo(list);
    }
}
