using System.Runtime.InteropServices;
using Vitrine.Go.Memory;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Profiles;

/// <summary>
/// Walks a list of profile buckets in a running process. What makes that safe: a bucket is published by one store to the head of its list, its
/// header and stack never change afterwards, and it is never freed. Only its counters move: they are read twice and must agree.
/// The list is still untrusted: every step checks the bucket's type and depth, and the walk is bounded and remembers where it was.
/// </summary>
sealed class BucketWalker
{
    // Buckets come from 256 KiB chunks and new ones go to the head of the list, so the next bucket is mostly just below this one.
    const int WindowBytes = 32 << 10;
    const int WindowBehind = 2 << 10;

    readonly RuntimeView _view;
    readonly BucketListKind _kind;
    readonly byte[] _window = new byte[WindowBytes];
    ulong _windowStart;
    int _windowLength;

    /// <summary>Prepares a walk over one of the lists.</summary>
    public BucketWalker(RuntimeView view, BucketListKind kind)
    {
        _view = view;
        _kind = kind;
    }

    /// <summary>Bytes of stacks that the walk keeps before it is cut.</summary>
    public long MaxStackBytes { get; init; } = RuntimeLimits.MaxBucketStackBytes;

    /// <summary>The buckets, newest first.</summary>
    public List<ProfileBucket> Buckets { get; } = [];

    /// <summary>Why the walk ended early; empty when it reached the end of the list.</summary>
    public string CutBecause { get; private set; } = "";

    /// <summary>Buckets whose counters changed at least once while they were read.</summary>
    public int Retried { get; private set; }

    /// <summary>Reads the list that starts at <paramref name="head"/>.</summary>
    public void Walk(ulong head, int maxBuckets, CancellationToken cancellation)
    {
        int counterBytes = BucketLayout.CounterBytes(_kind, _view.Version);
        var seen = new HashSet<ulong>();
        long stackBytes = 0;
        Span<ulong> header = stackalloc ulong[BucketLayout.HeaderBytes / 8];
        for (ulong at = head; at != 0; at = header[BucketLayout.AllNextWord])
        {
            cancellation.ThrowIfCancellationRequested();
            if (Buckets.Count >= maxBuckets || stackBytes > MaxStackBytes)
            {
                CutBecause = stackBytes > MaxStackBytes ? $"its stacks have more than {MaxStackBytes} bytes" : $"it has more than {Buckets.Count} buckets";
                return;
            }
            if (!seen.Add(at))
            {
                CutBecause = $"it runs in a circle at 0x{at:x}";
                return;
            }
            if (!TryRead(at, MemoryMarshal.AsBytes(header))
                || header[BucketLayout.TypeWord] != (ulong)_kind
                || header[BucketLayout.DepthWord] > RuntimeLimits.MaxBucketFrames)
            {
                CutBecause = $"there is no {_kind.ToString().ToLowerInvariant()} bucket at 0x{at:x}";
                return;
            }
            var stack = new ulong[header[BucketLayout.DepthWord]];
            var counters = new byte[counterBytes];
            ulong counterAt = unchecked(at + BucketLayout.HeaderBytes + (ulong)stack.Length * 8);
            if (!TryRead(unchecked(at + BucketLayout.HeaderBytes), MemoryMarshal.AsBytes(stack.AsSpan())) || !TryRead(counterAt, counters))
            {
                CutBecause = $"the bucket at 0x{at:x} is not readable in full";
                return;
            }
            stackBytes += stack.Length * 8;
            Buckets.Add(new ProfileBucket(at, header[BucketLayout.SizeWord], stack) { Counters = counters });
        }
    }

    /// <summary>Reads the counters again until two readings agree. What still moves after <paramref name="maxAttempts"/> readings is torn.</summary>
    public void Settle(int maxAttempts, CancellationToken cancellation)
    {
        List<ProfileBucket> open = [.. Buckets];
        using var plan = new ReadPlan { CoalesceGap = 256 };
        for (int attempt = 1; attempt <= maxAttempts && open.Count > 0; attempt++)
        {
            cancellation.ThrowIfCancellationRequested();
            plan.Clear();
            foreach (ProfileBucket bucket in open)
                plan.Add(CounterAddress(bucket), bucket.Counters.Length);
            _view.Memory.Read(plan);
            var moved = new List<ProfileBucket>();
            for (int i = 0; i < open.Count; i++)
            {
                ProfileBucket bucket = open[i];
                bucket.IsStable = plan.Ok(i) && plan[i].SequenceEqual(bucket.Counters);
                if (bucket.IsStable)
                    continue;
                if (plan.Ok(i))
                    plan[i].CopyTo(bucket.Counters);
                moved.Add(bucket);
            }
            if (attempt == 1)
                Retried = moved.Count;
            open = moved;
        }
    }

    static ulong CounterAddress(ProfileBucket bucket) => unchecked(bucket.Address + BucketLayout.HeaderBytes + (ulong)bucket.Stack.Length * 8);

    bool TryRead(ulong address, Span<byte> destination)
    {
        if (address < _windowStart || address - _windowStart + (ulong)destination.Length > (ulong)_windowLength)
            Slide(address, destination.Length);
        ulong offset = address - _windowStart;
        if (address < _windowStart || offset + (ulong)destination.Length > (ulong)_windowLength)
            return _view.Memory.TryRead(address, destination);
        _window.AsSpan((int)offset, destination.Length).CopyTo(destination);
        return true;
    }

    void Slide(ulong address, int length)
    {
        // Most of the window lies below: see WindowBytes. The page that it starts in may not be there; then only the page of the bucket is read.
        ulong below = WindowBytes - WindowBehind - (ulong)Math.Min(length, WindowBytes - WindowBehind);
        _windowStart = address > below ? address - below : 0;
        _windowLength = _view.Memory.Read(_windowStart, _window);
        if (address - _windowStart + (ulong)length <= (ulong)_windowLength)
            return;
        const ulong Page = 4096;
        _windowStart = address & ~(Page - 1);
        _windowLength = _view.Memory.Read(_windowStart, _window.AsSpan(0, (int)(2 * Page)));
    }
}
