using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Events;

/// <summary>Counts and amounts by key, bounded: what does not fit is counted as dropped. Not safe for several threads.</summary>
/// <typeparam name="TKey">What is counted apart: a stack's number and the sample's labels.</typeparam>
/// <param name="maximum">Different keys that are kept at most.</param>
sealed class Tally<TKey>(int maximum = 65_536)
    where TKey : struct, IEquatable<TKey>
{
    readonly Dictionary<TKey, (long Count, double Amount)> _sums = [];

    /// <summary>Different keys that are kept at most.</summary>
    public int Maximum => maximum;

    /// <summary>How many observations were not kept because there were too many different keys.</summary>
    public long Dropped { get; private set; }

    /// <summary>Adds to a key.</summary>
    /// <param name="key">Which.</param>
    /// <param name="count">How many observations this stands for.</param>
    /// <param name="amount">Their sum.</param>
    public void Add(TKey key, long count, double amount)
    {
        if (!TryAdd(key, count, amount, maximum)) Dropped += count;
    }

    /// <summary>Adds to a key that is known, or, as long as there are fewer than <paramref name="room"/>, to a new one.</summary>
    public bool TryAdd(TKey key, long count, double amount, int room)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrNullRef(_sums, key);
        if (!Unsafe.IsNullRef(ref sum)) sum = (sum.Count + count, sum.Amount + amount);
        else if (_sums.Count < room) _sums.Add(key, (count, amount));
        else return false;
        return true;
    }

    /// <summary>The sums of now.</summary>
    public List<TallyRow<TKey>> Rows() => [.. _sums.Select(static one => new TallyRow<TKey>(one.Key, one.Value.Count, one.Value.Amount))];
}
