using Vitrine.Go.Memory;

namespace Vitrine.Go.Profiles;

/// <summary>
/// The cycles of the heap profile. The runtime counts allocations two cycles ahead and frees one cycle ahead, so that what it publishes
/// ("active") is the heap as of the end of a collection, allocations and frees of the same moment. Whoever reads the profile publishes the
/// current cycle first; here that is computed and nothing is touched. Before the first collection all cycles are published.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/mprof.go (memRecord, memProfileInternal, mProf_FlushLocked).
/// </summary>
sealed class HeapCycles
{
    const int Futures = 3;

    readonly RuntimeView _view;
    readonly int _current;
    readonly bool _all;

    HeapCycles(RuntimeView view, int current, bool all)
    {
        _view = view;
        _current = current;
        _all = all;
    }

    /// <summary>Reads the counters until they agree and belong to one cycle.</summary>
    public static HeapCycles Settle(RuntimeView view, BucketWalker walker, BucketProfileOptions options, List<string> notes, CancellationToken cancellation)
    {
        ulong? before = Cycle(view);
        for (int attempt = 0; attempt < options.MaxAttempts; attempt++)
        {
            walker.Settle(options.MaxAttempts, cancellation);
            ulong? after = Cycle(view);
            if (before == after)
                break;
            // A collection ended while the counters were read: some buckets were published, others not yet.
            before = after;
            if (attempt == options.MaxAttempts - 1)
                notes.Add("Collections ended faster than the buckets could be read: figures of neighbouring cycles are mixed.");
        }
        if (before is null)
            notes.Add("The current cycle of the heap profile is not known: what the runtime has published is shown as it is.");

        // Without any published count no collection has happened yet; then the runtime publishes everything.
        bool nothingPublished = walker.Buckets.TrueForAll(b => b.Word(0) == 0 && b.Word(1) == 0
            && (before is not { } value || b.Word(Start(view, Index(value))) == 0 && b.Word(Start(view, Index(value)) + 1) == 0));
        return new HeapCycles(view, before is { } cycle ? Index(cycle) : -1, nothingPublished);
    }

    /// <summary>A bucket's counts as the runtime would publish them now; with <paramref name="fresh"/> also what it would publish later.</summary>
    public HeapCounts Publish(ProfileBucket bucket, bool fresh)
    {
        int words = BucketLayout.CycleWords(_view.Version);
        Span<long> sum = stackalloc long[4];
        for (int word = 0; word < words; word++)
        {
            sum[word] = (long)bucket.Word(word);
            for (int future = 0; future < Futures; future++)
            {
                if (fresh || _all || future == _current)
                    sum[word] = unchecked(sum[word] + (long)bucket.Word(Start(_view, future) + word));
            }
        }
        long size = (long)bucket.ObjectSize;
        return words == 4
            ? new HeapCounts(_view.Version, size, sum[0], sum[1], sum[2], sum[3])
            : new HeapCounts(_view.Version, size, sum[0], sum[1], unchecked(sum[0] * size), unchecked(sum[1] * size));
    }

    // The cycle is stored above a flag bit that says whether it was published already; publishing empties it, so adding it again adds nothing.
    static int Index(ulong holder) => (int)((uint)holder >> 1) % Futures;

    static int Start(RuntimeView view, int future) => (1 + future) * BucketLayout.CycleWords(view.Version);

    static ulong? Cycle(RuntimeView view) => view.ReadScalar("runtime.mProfCycle", 4).TryGet(out ulong value) ? value : null;
}
