using System.Diagnostics;
using System.Runtime.CompilerServices;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Stacks;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Contention;

/// <summary>
/// <c>mutex</c>: who waits for locks, how often and how long, by the stack that waited. Sampled by a fraction that can be changed while running; off until it is set.
/// </summary>
/// <remarks>
/// <b>What feeds it now</b> is the program itself: <see cref="Enter"/> in place of <c>lock</c> for the locks that matter, or <see cref="Record"/> from code that sees a wait. It does not yet see the waits
/// for other locks: the runtime reports those with stacks only over its diagnostics port, and that source is not built yet. The profile says so in its notes, and does not claim that there were none.
/// Unlike Go's, the stack is that of the thread that waited, not of the one that held the lock.
/// </remarks>
public sealed class MutexProfile : IProfileInstrument
{
    const int Stripes = 16, StacksPerStripe = 1024;

    readonly (Lock Gate, StackTally Tally)[] _stripes = [.. Enumerable.Range(0, Stripes).Select(static _ => (new Lock(), new StackTally()))];
    readonly SamplingFraction _fraction = new();
    long _samples, _dropped;

    /// <inheritdoc/>
    public string Name => "mutex";

    /// <inheritdoc/>
    public string Description => "waits for locks that the program reports, by the stack that waited";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Reads;

    /// <summary>Waits that were taken into the profile.</summary>
    public long Samples => Volatile.Read(ref _samples);

    /// <summary>Waits that were taken and not kept because there were too many different stacks.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Changes which part of the waits is profiled: 1 = every one, n = one in n, 0 = off; a negative value only reads. What was profiled until then stays.</summary>
    /// <returns>The fraction from before.</returns>
    public int SetFraction(int rate) => _fraction.Set(rate);

    /// <summary>Takes a lock as <c>lock</c> does, and profiles the wait when there is one: <c>using (mutex.Enter(gate)) …</c>. A lock that is free costs what it costs without.
    /// The stack is captured when the scope has ended and the lock is free again, so its line is the scope's last.</summary>
    /// <param name="gate">The object to lock on; code that uses <c>lock</c> on it is kept out as well.</param>
    public LockScope Enter(object gate)
    {
        ArgumentNullException.ThrowIfNull(gate);
        if (Monitor.TryEnter(gate)) return new(gate);
        var weight = _fraction.Take();
        if (weight == 0)
        {
            Monitor.Enter(gate);
            return new(gate);
        }
        var begun = Stopwatch.GetTimestamp();
        Monitor.Enter(gate);
        return new(gate, this, Stopwatch.GetElapsedTime(begun), weight);
    }

    /// <summary>Reports a wait for a lock that has just ended, on the thread that waited.</summary>
    /// <param name="waited">How long it waited.</param>
    /// <param name="skip">Frames to leave out: 0 begins the stack with the method that calls this one.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Record(TimeSpan waited, int skip = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(waited, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        if (_fraction.Take() is > 0 and var weight)
            KeepCaller(waited, weight, skip + 1);
    }

    /// <param name="waited">How long it waited.</param>
    /// <param name="weight">How many waits this one stands for.</param>
    /// <param name="skip">0 begins the stack with the method that calls this one.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void KeepCaller(TimeSpan waited, int weight, int skip) => Keep(waited, weight, CapturedStack.Capture(skip + 1, ProfileLabels.Current));

    void Keep(TimeSpan waited, int weight, CapturedStack stack)
    {
        Interlocked.Increment(ref _samples);
        var (gate, tally) = _stripes[stack.GetHashCode() & (Stripes - 1)];
        lock (gate)
        {
            if (!tally.TryGet(stack, out var entry))
            {
                if (tally.Count >= StacksPerStripe)
                {
                    Interlocked.Increment(ref _dropped);
                    return;
                }
                entry = tally.GetOrAdd(stack);
            }
            entry.Count += weight;
            entry.Amount += weight * waited.TotalNanoseconds;
        }
    }

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) =>
        target is SelfTarget && _fraction.Rate == 0 && Samples == 0
            ? Availability.No("the mutex profile is off: set a fraction first")
            : SelfTarget.AvailabilityOf(target);

    /// <summary>All waits since the program began, as <c>contentions</c> and <c>delay</c> in nanoseconds.</summary>
    /// <exception cref="InstrumentUnavailableException">The profile was never switched on, or the target is another process.</exception>
    public Look<Profile> Collect(ITarget target, CancellationToken cancellation)
    {
        SelfTarget.Require(target, Name);
        if (AvailableFor(target) is { CanLook: false } no)
            throw new InstrumentUnavailableException($"There is no mutex profile: {no.Reason}.", "Call SetFraction(1) for every wait, SetFraction(n) for one in n.");
        var (now, begun) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        List<(CapturedStack Stack, double Count, double Amount)> tallies = [];
        foreach (var (gate, tally) in _stripes)
            lock (gate)
                tally.CopyTo(tallies);
        var skew = Stopwatch.GetElapsedTime(begun);

        var builder = new ProfileBuilder(new SampleType("contentions", "count"), new SampleType("delay", "nanoseconds"))
        {
            PeriodType = new("contentions", "count"), Period = Math.Max(1, _fraction.Rate), TimeNanos = (now - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick,
        };
        TallyWriter.Write(builder, tallies, static one => [(long)Math.Round(one.Count), (long)Math.Round(one.Amount)], cancellation);
        List<string> notes =
        [
            "Only waits that the program reports itself are in it (MutexProfile.Enter and Record); the runtime's own reports of other locks are not read yet.",
            $"Estimated from {Samples} waits, each weighed by the fraction that it was sampled under.",
        ];
        if (Dropped is > 0 and var dropped) notes.Add($"{dropped} sampled waits were not kept: there are too many different stacks.");
        foreach (var note in notes)
            builder.Comments.Add(note);
        return new(Merge.Of([builder.Build()]), now, Stopwatch.GetElapsedTime(begun),
            new() { Total = tallies.Count, Accepted = tallies.Count, SkewMs = skew.TotalMilliseconds }, notes);
    }
}
