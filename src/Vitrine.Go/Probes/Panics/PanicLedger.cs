namespace Vitrine.Go.Probes.Panics;

/// <summary>
/// Keeps which panics are open on which goroutine, and settles them. Panics nest: a deferred function that a panic runs can panic itself, and a recovery returns to one
/// frame, by which it ends every panic that began below that frame. Depths do not change when a stack moves. Pure; the events may begin in the middle.
/// </summary>
sealed class PanicLedger
{
    /// <summary>Panics that are open at once; further ones are not followed.</summary>
    const int MaxOpen = 65_536;

    readonly Dictionary<ulong, List<PanicRecord>> open = [];
    readonly Action<PanicRecord> settled;

    /// <param name="settled">Called with each panic whose end is known.</param>
    public PanicLedger(Action<PanicRecord> settled) => this.settled = settled;

    /// <summary>Panics whose end is not known yet.</summary>
    public int Open { get; private set; }

    /// <summary>Recoveries of panics that began before anybody watched.</summary>
    public int Orphans { get; private set; }

    /// <summary>Every open panic.</summary>
    public IEnumerable<PanicRecord> All => open.Values.SelectMany(static list => list);

    /// <summary>A panic begins.</summary>
    public void Begin(PanicRecord record)
    {
        if (record.Goroutine is not { } goroutine || Open >= MaxOpen)
        {
            Settle(record, PanicOutcome.Unknown);
            return;
        }
        if (!open.TryGetValue(goroutine, out var list))
            open[goroutine] = list = [];
        // Only a deeper frame can belong to a deferred function of an open panic; a record at the same depth or below is of a past whose end was not seen.
        while (list.Count > 0 && list[^1].Depth >= record.Depth && record.Depth > 0)
            Close(goroutine, list, list.Count - 1, PanicOutcome.Unknown);
        record.Within = list.Count > 0 ? list[^1] : null;
        list.Add(record);
        Open++;
        open[goroutine] = list;
    }

    /// <summary>A recovery takes effect.</summary>
    /// <param name="goroutine">The goroutine.</param>
    /// <param name="depth">Depth of the frame that execution returns to; 0 when it is not known.</param>
    /// <param name="recovered">Whether the panic of each place in the runtime's list, the latest first, is marked recovered; empty when the runtime does not tell.</param>
    public void Recover(ulong goroutine, ulong depth, ReadOnlySpan<bool> recovered)
    {
        if (!open.TryGetValue(goroutine, out var list))
        {
            Orphans++;
            return;
        }
        var latest = true;
        for (int at = list.Count - 1, place = 0; at >= 0; at--, place++)
        {
            if (!latest && (depth == 0 || list[at].Depth <= depth))
                break;
            Close(goroutine, list, at, latest || (place < recovered.Length && recovered[place]) ? PanicOutcome.Recovered : PanicOutcome.Superseded);
            latest = false;
        }
    }

    /// <summary>Nobody recovers: the process ends.</summary>
    /// <param name="goroutine">The goroutine.</param>
    /// <param name="recovered">As for <see cref="Recover"/>.</param>
    public void Uncaught(ulong goroutine, ReadOnlySpan<bool> recovered)
    {
        if (!open.TryGetValue(goroutine, out var list))
        {
            Orphans++;
            return;
        }
        for (int at = list.Count - 1, place = 0; at >= 0; at--, place++)
            Close(goroutine, list, at, place == 0 ? PanicOutcome.Uncaught : place < recovered.Length && recovered[place] ? PanicOutcome.Recovered : PanicOutcome.Superseded);
    }

    /// <summary>Something else is known of an open panic's end.</summary>
    public void End(PanicRecord record, PanicOutcome outcome)
    {
        if (record.Goroutine is { } goroutine && open.TryGetValue(goroutine, out var list) && list.IndexOf(record) is >= 0 and var at)
            Close(goroutine, list, at, outcome);
    }

    /// <summary>Nobody will see how the open panics end.</summary>
    public void EndAll()
    {
        foreach (var record in All.ToList())
            End(record, PanicOutcome.Unknown);
    }

    void Close(ulong goroutine, List<PanicRecord> list, int at, PanicOutcome outcome)
    {
        var record = list[at];
        list.RemoveAt(at);
        Open--;
        if (list.Count == 0)
            open.Remove(goroutine);
        Settle(record, outcome);
    }

    void Settle(PanicRecord record, PanicOutcome outcome)
    {
        record.Outcome = outcome;
        settled(record);
    }
}
