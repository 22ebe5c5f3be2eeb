using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Events;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Stacks;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Contention;

/// <summary>
/// <c>mutex</c>: who waits for locks – <c>lock</c>, <c>Monitor</c>, <c>System.Threading.Lock</c> –, how often and how long, by the stack that waited. As Go's: cumulative since the fraction was
/// set (<see cref="Collect"/>), or over a time (<see cref="Record(ITarget, TimeSpan, CancellationToken)"/>, also of another process).
/// </summary>
/// <remarks>
/// The runtime reports each wait that blocks over its diagnostics port: where it begins with the stack, the lock and its owner's thread, and how long it took. Waits that end within the first spins are
/// not reported. The fraction decides which of the reports are taken in; the runtime makes them all while it is not 0. With 0 there is no session, and nothing is spent.
/// Unlike Go's, the stack is that of the thread that waited, not of the one that held the lock: that one's thread is a label (<c>owner_thread</c>), and where it had itself last waited for the lock, when it had
/// (<c>owner_last_waited_in</c>): it may have left it since and entered it again elsewhere without a wait, which the runtime does not report.
/// </remarks>
/// <param name="options">How it is fed; null for the defaults.</param>
public sealed class MutexProfile(MutexOptions? options = null) : ICumulativeInstrument, IProfileRecorder, IDisposable
{
    const int Stripes = 16, StacksPerStripe = 1024;

    // Sets of labels in the cumulative profile: they are kept for ever.
    const int MaximumWorks = 1_024;

    static readonly SampleType[] Types = [new("contentions", "count"), new("delay", "nanoseconds")];

    readonly MutexOptions _options = options ?? new();
    readonly (Lock Gate, StackTally Tally)[] _stripes = [.. Enumerable.Range(0, Stripes).Select(static _ => (new Lock(), new StackTally()))];
    readonly SamplingFraction _fraction = new();
    readonly Lock _switching = new();
    ContentionTally? _tally;
    EventSession? _session;
    readonly Lock _listing = new();
    readonly LazyMethods _methods = new(SelfTarget.Instance.Port);
    string _whyNoEvents = "";
    long _reported, _dropped;

    /// <inheritdoc/>
    public string Name => "mutex";

    /// <inheritdoc/>
    public string Description => "waits for locks, by the stack that waited";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Events;

    /// <summary>Waits that were taken into the cumulative profile.</summary>
    public long Samples => Volatile.Read(ref _reported) + (Volatile.Read(ref _tally)?.Samples ?? 0);

    /// <summary>Waits that the program reported and that were not kept because there were too many different stacks.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>
    /// Changes which part of the waits is profiled: 1 = every one, n = one in n, 0 = off; a negative value only reads. What was profiled until then stays. Going from 0 to more begins to read the
    /// runtime's reports, which takes a few milliseconds (50 the first time); 0 ends that. When the runtime cannot be asked, the profile says so.
    /// </summary>
    /// <returns>The fraction from before.</returns>
    public int SetFraction(int rate)
    {
        if (rate < 0) return _fraction.Rate;
        lock (_switching)
        {
            var before = _fraction.Set(rate);
            if (rate == 0)
            {
                End();
            }
            else if (_options.RuntimeEvents && _session is not { CutOff: "" })
            {
                End();
                Begin();
            }
            return before;
        }
    }

    void Begin()
    {
        _tally ??= new(_fraction, _options.Labels ? new(traces: false, MaximumWorks) : null);
        try
        {
            _tally.Begin(SelfTarget.Instance);
            _session = EventSession.Start(SelfTarget.Instance, [EventProvider.Runtime(RuntimeKeywords.Contention)], new ContentionSink(_tally), _options.Budget);
            _whyNoEvents = "";
        }
        catch (InstrumentUnavailableException e)
        {
            _whyNoEvents = e.Message;
            _tally.End();
        }
    }

    void End()
    {
        if (_session is not { } session) return;
        session.Dispose();
        _session = null;
        _tally?.End();
        // What was waited for meanwhile is not known: the next session begins with nobody waiting.
        _tally?.Forget();
    }

    /// <summary>Reports a wait for a lock that has just ended, on the thread that waited: for locks of the program's own making, which the runtime does not know.</summary>
    /// <param name="waited">How long it waited.</param>
    /// <param name="skip">Frames to leave out: 0 begins the stack with the method that calls this one.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Record(TimeSpan waited, int skip = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(waited, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        if (_fraction.Take() is > 0 and var weight)
            Keep(waited, weight, CapturedStack.Capture(skip + 1, ProfileLabels.Current));
    }

    void Keep(TimeSpan waited, int weight, CapturedStack stack)
    {
        Interlocked.Increment(ref _reported);
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
    public Availability AvailableFor(ITarget target) => target switch
    {
        // Recording over a time needs no fraction.
        SelfTarget when _fraction.Rate == 0 && Samples == 0 && EventTarget.AvailabilityOf(target) is { CanLook: false } no => Availability.No($"the mutex profile is off, and {no.Reason}"),
        SelfTarget => Availability.Yes,
        _ => EventTarget.AvailabilityOf(target),
    };

    /// <inheritdoc/>
    public bool IsGrowing(ITarget target) => target is SelfTarget && _fraction.Rate != 0;

    /// <summary>All waits of this process since the fraction was set, as <c>contentions</c> and <c>delay</c> in nanoseconds.</summary>
    /// <exception cref="InstrumentUnavailableException">The profile was never switched on, or the target is another process.</exception>
    public Look<Profile> Collect(ITarget target, CancellationToken cancellation)
    {
        SelfTarget.Require(target, Name);
        if (_fraction.Rate == 0 && Samples == 0)
            throw new InstrumentUnavailableException("There is no mutex profile: it is off.", "Call SetFraction(1) for every wait, SetFraction(n) for one in n; or record over a time.");
        var (now, begun) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        List<(CapturedStack Stack, double Count, double Amount)> tallies = [];
        foreach (var (gate, tally) in _stripes)
            lock (gate)
                tally.CopyTo(tallies);
        // Unfinished waits will be counted when they end: a cumulative profile never takes anything back.
        var sums = Volatile.Read(ref _tally)?.Read(ticks: null, 1);
        var skew = Stopwatch.GetElapsedTime(begun);

        var profile = new EventProfile(sums is null ? MethodMap.Empty : MethodsOf(sums), now, TimeSpan.Zero, Types);
        profile.Builder.Period = Math.Max(1, _fraction.Rate);
        TallyWriter.Write(profile.Builder, tallies, static one => [(long)Math.Round(one.Count), (long)Math.Round(one.Amount)], cancellation);
        if (sums is not null) ContentionWriter.Write(profile, sums, withOwners: false);
        List<string> notes = [string.Create(CultureInfo.InvariantCulture, $"Estimated from {Samples} waits, each weighed by the fraction that it was sampled under.")];
        if (!_options.RuntimeEvents) notes.Add("Only waits that the program reports itself are in it.");
        if (_whyNoEvents.Length > 0) notes.Add($"Only waits that the program reports itself are in it: {_whyNoEvents}");
        if (_session is { CutOff: { Length: > 0 } cutOff }) notes.Add($"{cutOff} Set the fraction again to go on.");
        if (sums is not null) notes.AddRange(ContentionWriter.Notes(sums));
        if (sums is { Lost: > 0 and var lost }) notes.Add($"{lost} events were dropped by the runtime because its buffer was full: the waits that they told of are missing.");
        if (Dropped is > 0 and var dropped) notes.Add($"{dropped} waits that the program reported were not kept: there are too many different stacks.");
        var rows = tallies.Count + (sums?.Rows.Count ?? 0);
        return new(profile.Build(notes), now, Stopwatch.GetElapsedTime(begun), new() { Total = rows, Accepted = rows, SkewMs = skew.TotalMilliseconds }, notes);
    }

    /// <summary>The methods of this process; listed anew only when a stack has one that is not known yet.</summary>
    MethodMap MethodsOf(ContentionSums sums)
    {
        lock (_listing)
        {
            try
            {
                return _methods.For(sums.Stacks);
            }
            catch (InstrumentUnavailableException)
            {
                // The stacks keep their addresses.
                return _methods.Known;
            }
        }
    }

    /// <summary>Every wait for a lock over a time, of any .NET process; the fraction applies when it is more than 1.</summary>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        var dotnet = EventTarget.Require(target, Name);
        var fraction = new SamplingFraction();
        fraction.Set(Math.Max(1, _fraction.Rate));
        using var work = EventWork.Start(dotnet, _options.Labels, traces: true);
        var tally = new ContentionTally(fraction, work);
        var end = EventWatch.Run(dotnet, [EventProvider.Runtime(RuntimeKeywords.Contention)], new ContentionSink(tally), duration, _options.Budget, withMethods: true, stop);

        var begun = Stopwatch.GetTimestamp();
        var sums = tally.Read(end.EndTicks, end.NanosecondsPerTick);
        var profile = new EventProfile(end.Methods, end.StartedAt, end.Recording.Watched, Types);
        profile.Builder.Period = fraction.Rate;
        ContentionWriter.Write(profile, sums, withOwners: true);
        List<string> notes = [.. end.Notes(), .. ContentionWriter.Notes(sums)];
        if (fraction.Rate > 1) notes.Add($"Estimated from {sums.Samples} waits, one in {fraction.Rate} of those that there were.");
        return new(
            new(profile.Build(notes), end.StartedAt, end.Recording.Watched + Stopwatch.GetElapsedTime(begun), new() { Total = sums.Rows.Count, Accepted = sums.Rows.Count }, notes),
            sums.Samples, end.Lost, end.Cost)
        { TargetEnded = end.TargetEnded };
    }

    /// <summary>Switches it off. What was profiled can still be collected.</summary>
    public void Dispose() => SetFraction(0);
}
