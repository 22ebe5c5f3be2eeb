using Vitrine.Instruments;

namespace Vitrine.DotNet.Gc;

/// <summary>
/// Makes collections of the runtime's events: threads are stopped, collections begin and end, sizes are told, threads run again. Needs events in the order of their time. Not safe for several threads.
/// </summary>
/// <remarks>
/// A pause belongs to the blocking collection that began in it; without one to the background collection that began in it or is under way, whose later pauses these are.
/// Where events were lost a pause can be without a collection: it is counted. While a blocking collection runs the thread of a background one stands still, so what is told then is the blocking one's.
/// </remarks>
/// <param name="ended">Is given each collection when everything is known of it.</param>
sealed class GcHistory(Action<GcCollection> ended)
{
    // A background collection and a blocking one; more are only open when ends were lost.
    const int MaximumOpen = 8;

    /// <summary>Generations that are told of: 0, 1, 2, large objects, pinned objects.</summary>
    public const int Generations = 5;

    static readonly string[] Names = ["0", "1", "2", "loh", "poh"];

    /// <summary>Reasons by number: <c>gc_reason</c>, https://github.com/dotnet/runtime/blob/main/src/coreclr/gc/gc.h.</summary>
    static readonly string[] Reasons =
    [
        "AllocSmall", "Induced", "LowMemory", "Empty", "AllocLarge", "OutOfSpaceSmall", "OutOfSpaceLarge", "InducedNotForced", "Stress", "LowMemoryBlocking", "InducedCompacting", "LowMemoryHost",
        "FullBlocking", "LowMemoryHostBlocking", "BackgroundTuningSmall", "BackgroundTuningLarge", "BackgroundStepping", "InducedAggressive",
    ];

    readonly List<Open> _open = [];
    Pause? _pause;
    int _last;

    /// <summary>Events that were lost: what they told is missing.</summary>
    public long LostEvents { get; private set; }

    /// <summary>Collections of which nothing was seen, by the gaps in their numbers.</summary>
    public int Missing { get; private set; }

    /// <summary>Pauses that were for a collection which was not seen.</summary>
    public int PausesWithoutCollection { get; private set; }

    /// <summary>Times that the runtime stopped all threads for something other than a collection (a debugger, a profiler's sample), and for how long in all.</summary>
    public (int Count, TimeSpan Total) OtherSuspensions { get; private set; }

    sealed class Open
    {
        public required int Number, Generation, Reason;
        public required GcType Type;
        public required DateTimeOffset StartedAt;
        public DateTimeOffset? EndedAt;
        public readonly List<GcPause> Pauses = [];
        public bool? IsCompacting;
        public long[]? Before, SizeAfter, Promoted;
        public long? Pinned, Finalization;
        public bool IsTorn;
        public bool HasStats => SizeAfter is not null;
    }

    sealed class Pause
    {
        public required DateTimeOffset StartedAt;
        public required bool IsForGc;
        public DateTimeOffset? SuspendedAt;
        public Open? Blocking, Background;
    }

    /// <summary>The runtime begins to stop its threads.</summary>
    /// <param name="at">When.</param>
    /// <param name="reason">1 and 6 are for a collection (<c>SUSPEND_FOR_GC</c>, <c>SUSPEND_FOR_GC_PREP</c>).</param>
    public void SuspendBegin(DateTimeOffset at, uint reason) => _pause = new() { StartedAt = at, IsForGc = reason is 1 or 6 };

    /// <summary>All threads stand still.</summary>
    public void SuspendEnd(DateTimeOffset at)
    {
        if (_pause is { } pause) pause.SuspendedAt = at;
    }

    /// <summary>All threads may run again.</summary>
    public void RestartEnd(DateTimeOffset at)
    {
        if (_pause is not { } pause) return; // it began before the recording
        _pause = null;
        var took = at > pause.StartedAt ? at - pause.StartedAt : TimeSpan.Zero;
        if (!pause.IsForGc)
        {
            OtherSuspensions = (OtherSuspensions.Count + 1, OtherSuspensions.Total + took);
        }
        else if ((pause.Blocking ?? pause.Background ?? _open.Find(static one => one.Type == GcType.Background)) is { } owner)
        {
            owner.Pauses.Add(new(pause.StartedAt, (pause.SuspendedAt ?? pause.StartedAt) - pause.StartedAt, took));
        }
        else
        {
            PausesWithoutCollection++;
        }
        Settle(all: false);
    }

    /// <summary>
    /// Events of a thread were lost. They may have told anything of what goes on: the pause may be over and another one have begun, and sizes are sums over the heaps, of which one may be missing.
    /// </summary>
    public void Lost(long events)
    {
        LostEvents += events;
        _pause = null;
        foreach (var one in _open) one.IsTorn = true;
    }

    /// <summary>A collection begins.</summary>
    public void Start(DateTimeOffset at, int number, int generation, int reason, int type)
    {
        if (_open.Count >= MaximumOpen) Settle(all: true);
        var collection = new Open { Number = number, Generation = generation, Reason = reason, Type = Enum.IsDefined((GcType)type) ? (GcType)type : GcType.Blocking, StartedAt = at };
        // Each has the next number. What a damaged event says counts for no more than what was lost.
        if (_last > 0 && number > _last + 1L) Missing += (int)Math.Min(number - _last - 1L, Math.Max(0, LostEvents - Missing));
        _last = number;
        // Every collection begins in a pause; one without is known to have had one that was not seen.
        collection.IsTorn = LostEvents > 0 && _pause is null;
        _open.Add(collection);
        if (_pause is not { } pause) return;
        if (collection.Type == GcType.Background) pause.Background ??= collection;
        else pause.Blocking ??= collection;
    }

    /// <summary>A collection ends.</summary>
    public void End(DateTimeOffset at, int number)
    {
        if (_open.FindLast(one => one.Number == number) is { } collection) collection.EndedAt ??= at;
    }

    /// <summary>The one that is told of while it runs.</summary>
    Open? Running => _open.FindLast(static one => one.EndedAt is null && one.Type != GcType.Background) ?? _open.FindLast(static one => one.EndedAt is null);

    /// <summary>What one of the heaps of server GC, or the only heap, was before: sizes by generation in bytes.</summary>
    public void HeapBefore(ReadOnlySpan<long> sizes)
    {
        if (Running is not { } collection) return;
        var sums = collection.Before ??= new long[Generations];
        for (var i = 0; i < Math.Min(sizes.Length, Generations); i++) sums[i] += sizes[i];
    }

    /// <summary>How it was done.</summary>
    public void Global(bool isCompacting)
    {
        if (Running is { } collection) collection.IsCompacting = isCompacting;
    }

    /// <summary>What the heap is after a collection, which the runtime tells after its end.</summary>
    public void Stats(ReadOnlySpan<long> sizes, ReadOnlySpan<long> promoted, long pinned, long finalization)
    {
        if (_open.FindLast(static one => one.EndedAt is not null && !one.HasStats) is not { } collection) return;
        collection.SizeAfter = sizes[..Generations].ToArray();
        collection.Promoted = promoted[..Generations].ToArray();
        (collection.Pinned, collection.Finalization) = (pinned, finalization);
        Settle(all: false);
    }

    /// <summary>Gives out what is left when no more events come.</summary>
    public void Finish() => Settle(all: true);

    void Settle(bool all)
    {
        for (var i = 0; i < _open.Count;)
        {
            var one = _open[i];
            // The last pause of a blocking one ends after it; threads run already when a background one ends.
            if (all || one.EndedAt is not null && one.HasStats && _pause is null)
            {
                _open.RemoveAt(i);
                ended(Result(one));
            }
            else
            {
                i++;
            }
        }
    }

    static GcCollection Result(Open one)
    {
        const string Lost = "the event that tells it was not seen";
        var read = Provenance.Read("the runtime's GC events");
        Known<long> At(long[]? values, int i) => values is null ? Known<long>.Unknown(Lost) : Known<long>.Of(values[i], read);
        Known<T> Of<T>(T? value)
            where T : struct => value is { } known ? Known<T>.Of(known, read) : Known<T>.Unknown(Lost);
        return new()
        {
            Number = one.Number,
            Generation = one.Generation,
            Reason = (uint)one.Reason < (uint)Reasons.Length ? Reasons[one.Reason] : $"reason {one.Reason}",
            Type = one.Type,
            StartedAt = one.StartedAt,
            Duration = Of(one.EndedAt - one.StartedAt),
            Pauses = one.Pauses,
            IsWhole = !one.IsTorn,
            IsCompacting = Of(one.IsCompacting),
            Generations = [.. Enumerable.Range(0, Generations).Select(i => new GcGeneration(Names[i], At(one.IsTorn ? null : one.Before, i), At(one.SizeAfter, i), At(one.Promoted, i)))],
            PinnedObjects = Of(one.Pinned),
            FinalizationSurvivors = Of(one.Finalization),
        };
    }
}
