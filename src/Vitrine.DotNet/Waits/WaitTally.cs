using Vitrine.DotNet.Events;
using Vitrine.DotNet.Labels;

namespace Vitrine.DotNet.Waits;

/// <summary>Pairs the runtime's reports "a thread begins to wait" and "it has waited", by thread, and sums them by stack. Not safe for several threads.</summary>
/// <param name="work">Whose work the waits belong to; null when that is not wanted. It is followed until the reports end.</param>
sealed class WaitTally(EventWork? work = null)
{
    // Threads that wait at a time, at most: the target decides how many there are.
    const int MaximumThreads = 65_536;

    readonly AddressStacks _stacks = new();
    readonly Tally<WaitKey> _tally = new();
    readonly Dictionary<long, (WaitKey Key, long Ticks)> _open = [];

    /// <summary>Waits that have ended.</summary>
    public long Finished { get; private set; }

    /// <summary>Ends without a start, and starts without an end: waits that began before the recording, or of which an event was lost.</summary>
    public long Unpaired { get; private set; }

    /// <summary>Waits that are without their stack, or not in the sums, because there were too many different ones.</summary>
    public long Dropped => _stacks.Dropped + _tally.Dropped;

    /// <summary>The stacks that the keys name.</summary>
    public AddressStacks Stacks => _stacks;

    /// <summary>A thread begins to wait.</summary>
    public void Start(long thread, long ticks, ReadOnlySpan<ulong> stack, WaitSource source)
    {
        if (_open.Remove(thread)) Unpaired++;
        if (_open.Count < MaximumThreads) _open[thread] = (new(_stacks.Intern(stack), source, IsUnfinished: false, work?.Of(thread, ticks) ?? WorkNumbers.None), ticks);
    }

    /// <summary>A thread has waited.</summary>
    public void Stop(long thread, long ticks)
    {
        if (!_open.Remove(thread, out var wait) || ticks < wait.Ticks)
        {
            Unpaired++;
            return;
        }
        Finished++;
        _tally.Add(wait.Key, 1, ticks - wait.Ticks, work);
    }

    /// <summary>Events of a thread were lost: whether it still waits where it did is not known, so that wait is in no sum.</summary>
    public void Lost(long thread)
    {
        if (_open.Remove(thread)) Unpaired++;
    }

    /// <summary>The reports have ended.</summary>
    public void End() => work?.Stop();

    /// <summary>The sums in ticks: waits that have ended, and those that go on at <paramref name="now"/> up to then.</summary>
    public List<TallyRow<WaitKey>> Rows(long now)
    {
        var rows = _tally.Rows();
        foreach (var (key, ticks) in _open.Values)
            if (now > ticks) rows.Add(new(key with { IsUnfinished = true }, 1, now - ticks));
        return rows;
    }

    /// <summary>Threads that wait now: the thread, where, and since when.</summary>
    public IEnumerable<(long Thread, int Stack, long Since)> Open => _open.Select(static one => (one.Key, one.Value.Key.Stack, one.Value.Ticks));
}
