using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Vitrine.DotNet.Labels;

/// <summary>
/// What one thread worked for, change by change: a ring that the thread writes and anybody may read. The writer never waits. A reader takes an entry only when the writer has not come near it
/// while it was read.
/// </summary>
/// <param name="threadId">The kernel's number of the thread.</param>
/// <param name="labels">The labels that it begins with.</param>
sealed class ThreadWork(int threadId, LabelList? labels)
{
    /// <summary>Entries of a ring at first and at most; it doubles when an entry would be overwritten that is younger than <see cref="Retention"/>.</summary>
    public const int FirstCapacity = 256, MaximumCapacity = 1 << 15;

    /// <summary>Entries that the writer may be about to overwrite while the oldest are read.</summary>
    const int Margin = 8;

    /// <summary>How long an entry is kept if there is room: readers come more often.</summary>
    public static readonly long Retention = Stopwatch.Frequency;

    struct Entry
    {
        public long Time;
        public LabelList? Labels;
        public SpanIds Span;
    }

    LabelList? _labels = labels;
    SpanIds _span;
    Entry[]? _entries = new Entry[FirstCapacity];
    readonly Thread _thread = Thread.CurrentThread;
    long _written, _goneAt;

    /// <summary>The kernel's number of the thread, as the events of the runtime and of the kernel have it.</summary>
    public int ThreadId { get; } = threadId;

    /// <summary>Changes so far.</summary>
    public long Changes => Volatile.Read(ref _written);

    /// <summary>The thread's labels are others now.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="span">The span of its activity; none while activities are not followed.</param>
    public void SetLabels(LabelList? labels, SpanIds span)
    {
        (_labels, _span) = (labels, span);
        Append();
    }

    /// <summary>The thread works for another activity now.</summary>
    public void SetSpan(SpanIds span)
    {
        _span = span;
        Append();
    }

    void Append()
    {
        var entries = _entries;
        if (entries is null) return; // the recording has ended
        var now = Stopwatch.GetTimestamp();
        var at = _written;
        if (at >= entries.Length && entries.Length < MaximumCapacity && now - entries[at & (entries.Length - 1)].Time < Retention)
            entries = Grow(entries, at);
        entries[at & (entries.Length - 1)] = new() { Time = now, Labels = _labels, Span = _span };
        Volatile.Write(ref _written, at + 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    Entry[] Grow(Entry[] old, long written)
    {
        var entries = new Entry[old.Length * 2];
        for (var i = written - old.Length; i < written; i++)
            entries[i & (entries.Length - 1)] = old[i & (old.Length - 1)];
        // Unless it was cleared meanwhile: then it stays so.
        Interlocked.CompareExchange(ref _entries, entries, old);
        return entries;
    }

    /// <summary>What the thread worked for at a time.</summary>
    /// <param name="time">The time.</param>
    /// <param name="tracesSince">Since when activities are followed: what an entry from before says of them may be over.</param>
    /// <param name="labels">Its labels.</param>
    /// <param name="span">Its span.</param>
    /// <param name="forgotten">Whether it was known and has been overwritten.</param>
    /// <returns>False when nothing is known of that time.</returns>
    public bool TryFind(long time, long tracesSince, out LabelList? labels, out SpanIds span, out bool forgotten)
    {
        (labels, span, forgotten) = (null, default, false);
        var written = Volatile.Read(ref _written);
        var entries = Volatile.Read(ref _entries);
        if (entries is null) return false;
        var capacity = entries.Length;
        var oldest = Math.Max(0, written - capacity + Margin);
        long low = oldest, high = written;
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            if (entries[middle & (capacity - 1)].Time <= time) low = middle + 1;
            else high = middle;
        }
        if (low == oldest)
        {
            forgotten = oldest > 0;
            return false; // before its first change
        }
        var entry = entries[(low - 1) & (capacity - 1)];
        // The entry was read before this is checked: it was whole unless the writer has come round.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _written) - (low - 1) > capacity - 1)
        {
            forgotten = true;
            return false;
        }
        (labels, span) = (entry.Labels, entry.Time >= tracesSince ? entry.Span : default);
        return true;
    }

    /// <summary>Whether the thread has been seen to have ended so long ago that nobody asks for its last work any more.</summary>
    /// <param name="now">The time, as entries have it.</param>
    public bool IsPast(long now)
    {
        if (_thread.IsAlive) return false;
        if (_goneAt == 0) _goneAt = now;
        return now - _goneAt > 2 * Retention;
    }

    /// <summary>Lets go of everything that it holds.</summary>
    public void Clear()
    {
        Volatile.Write(ref _entries, null);
        (_labels, _span) = (null, default);
    }
}
