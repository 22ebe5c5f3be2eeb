using Vitrine.DotNet.Events;
using Vitrine.DotNet.Labels;

namespace Vitrine.DotNet.Contention;

/// <summary>
/// Pairs the runtime's reports "a thread begins to wait for a lock" and "it has waited", by thread, and sums them. A thread waits for one lock at a time, so its next stop is its last start's.
/// </summary>
/// <remarks>Safe for one thread that adds and any that read.</remarks>
/// <param name="fraction">Which part of the waits is taken.</param>
/// <param name="work">Whose work the waits belong to; null when that is not wanted. It is followed until the reports end.</param>
sealed class ContentionTally(SamplingFraction fraction, EventWork? work = null)
{
    // Threads and locks that are known at a time, at most: the target decides how many there are.
    const int MaximumThreads = 65_536, MaximumLocks = 16_384;

    readonly Lock _gate = new();
    readonly AddressStacks _stacks = new();
    readonly Tally<ContentionKey> _tally = new();
    readonly Dictionary<long, Wait> _open = [];
    readonly Dictionary<ulong, Waited> _lastWaited = [];
    long _samples, _unpaired, _seen, _lost, _stops;

    /// <summary>The last wait for a lock that has ended: who waited, where, and the how-manieth of all that was.</summary>
    readonly record struct Waited(long Thread, int Stack, long Number);

    readonly record struct Wait(ContentionKey Key, long Ticks, int Weight);

    /// <summary>Waits that were taken into the tally and have ended.</summary>
    public long Samples => Volatile.Read(ref _samples);

    /// <summary>Starts that were seen, taken or not.</summary>
    public long Seen => Volatile.Read(ref _seen);

    /// <summary>A thread begins to wait.</summary>
    /// <param name="thread">The thread, by the kernel's id.</param>
    /// <param name="ticks">When, in ticks of the target's clock.</param>
    /// <param name="stack">Where, leaf first.</param>
    /// <param name="lockId">The runtime's id of the lock.</param>
    /// <param name="owner">The thread that holds it; 0 = not known.</param>
    public void Start(long thread, long ticks, ReadOnlySpan<ulong> stack, ulong lockId, ulong owner)
    {
        lock (_gate)
        {
            _seen++;
            if (_open.Remove(thread)) _unpaired++;
            if (_open.Count >= MaximumThreads) return;
            var number = _stacks.Intern(stack);
            // The runtime reports no acquisition that was not waited for: the owner may have left the lock since and entered it elsewhere.
            var ownerStack = _lastWaited.TryGetValue(lockId, out var last) && (ulong)last.Thread == owner ? last.Stack : AddressStacks.Other;
            var weight = fraction.Take();
            var forWhom = weight > 0 && work is not null ? work.Of(thread, ticks) : WorkNumbers.None;
            _open[thread] = new(new(number, lockId, owner, ownerStack, Work: forWhom), ticks, weight);
        }
    }

    /// <summary>A thread has waited, and has the lock.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="nanoseconds">How long it waited, by the runtime's own clock.</param>
    public void Stop(long thread, double nanoseconds)
    {
        lock (_gate)
        {
            // A wait that began before the recording has no stack.
            if (!_open.Remove(thread, out var wait))
            {
                _unpaired++;
                return;
            }
            _stops++;
            if (_lastWaited.Count >= MaximumLocks && !_lastWaited.ContainsKey(wait.Key.Lock)) ForgetOldLocks();
            _lastWaited[wait.Key.Lock] = new(thread, wait.Key.Stack, _stops);
            // What a file or a socket says is a number only when it is one.
            if (wait.Weight == 0 || !(nanoseconds >= 0 && nanoseconds < 1e18)) return;
            _samples++;
            Add(wait.Key, wait.Weight, nanoseconds);
        }
    }

    // Each wait renews one lock at most, so at least half go.
    void ForgetOldLocks()
    {
        foreach (var (one, last) in _lastWaited)
            if (last.Number < _stops - MaximumLocks / 2)
                _lastWaited.Remove(one);
    }

    /// <summary>Events of a thread were lost: whether it still waits where it did is not known, so that wait is in no sum.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="events">How many.</param>
    public void Lost(long thread, long events)
    {
        lock (_gate)
        {
            _lost += events;
            if (_open.Remove(thread)) _unpaired++;
        }
    }

    void Add(ContentionKey key, int weight, double nanoseconds) => _tally.Add(key, weight, weight * nanoseconds, work);

    /// <summary>Begins to follow whose work it is, until the reports end.</summary>
    public void Begin(IDotNetTarget target)
    {
        lock (_gate)
            work?.Start(target);
    }

    /// <summary>The reports have ended.</summary>
    public void End()
    {
        lock (_gate)
            work?.Stop();
    }

    /// <summary>Nobody is known to wait any more: the reports have ended.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _open.Clear();
            _lastWaited.Clear();
        }
    }

    /// <summary>The sums of now, and the waits that have not ended, which are not in the sums.</summary>
    /// <param name="ticks">Now, in ticks of the target's clock; null leaves unfinished waits out.</param>
    /// <param name="nanosecondsPerTick">The length of a tick.</param>
    public ContentionSums Read(long? ticks, double nanosecondsPerTick)
    {
        lock (_gate)
        {
            var rows = _tally.Rows();
            if (ticks is { } now)
                foreach (var wait in _open.Values)
                    if (wait.Weight > 0 && now > wait.Ticks)
                        rows.Add(new(wait.Key with { IsUnfinished = true }, wait.Weight, wait.Weight * (now - wait.Ticks) * nanosecondsPerTick));
            return new(rows, _stacks.Snapshot(), work?.Labels() ?? [[]], work is null ? [] : [.. work.Notes()], _samples, _seen, _unpaired, _stacks.Dropped + _tally.Dropped, _lost);
        }
    }
}
