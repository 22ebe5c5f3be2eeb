using Vitrine.DotNet.Labels;

namespace Vitrine.DotNet.Events;

/// <summary>Tallies that tell apart by work too.</summary>
static class WorkTallies
{
    /// <summary>
    /// Adds to a key that has a work. There are as many works as there are requests: they must not push out the places, so half of the room is for keys without a trace, and a quarter for those without any work.
    /// What does not fit is counted with a coarser work.
    /// </summary>
    /// <param name="tally">Where to.</param>
    /// <param name="key">Which.</param>
    /// <param name="count">How many observations this stands for.</param>
    /// <param name="amount">Their sum.</param>
    /// <param name="work">What the key's number is of; null when there are none.</param>
    public static void Add<TKey>(this Tally<TKey> tally, TKey key, long count, double amount, EventWork? work)
        where TKey : struct, IEquatable<TKey>, IWorkKey<TKey>
    {
        while (key.Work != WorkNumbers.None && work is not null)
        {
            var room = work.HasTrace(key.Work) ? tally.Maximum / 2 : tally.Maximum / 4 * 3;
            if (tally.TryAdd(key, count, amount, room)) return;
            key = key.For(work.Coarser(key.Work));
        }
        tally.Add(key, count, amount);
    }
}
