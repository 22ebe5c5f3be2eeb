using Vitrine.Go.Binary;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// The goroutines of one process, read while it kept running. <see cref="Consistency"/> says how well the picture hangs together.
/// Names are looked up in the target's binary when they are asked for, so the target must stay open while a dump is in use. Not thread-safe.
/// </summary>
public sealed class GoroutineDump
{
    private readonly GoroutineRecord[] _rows;
    private readonly GoroutineDumpTables _tables;
    private readonly CreationSites _sites;
    private readonly WaitDescriber _waits;

    internal GoroutineDump(GoroutineRecord[] rows, int count, GoroutineDumpTables tables)
    {
        _rows = rows;
        Count = count;
        _tables = tables;
        Stacks = new StackTable(tables.Stacks, tables.Context);
        _sites = new CreationSites(tables.Context);
        _waits = new WaitDescriber(tables, Stacks);
    }

    /// <summary>When the reading began.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>How long the reading took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>What was accepted, retried, torn and left out.</summary>
    public required GoroutineConsistency Consistency { get; init; }

    /// <summary>What this dump cannot say about this target, and why, each a sentence; empty when there is nothing to say.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The Go version of the target.</summary>
    public GoVersion GoVersion => _tables.Context.Binary.Version;

    /// <summary>What the process has mapped now; empty for a core dump, which does not say.</summary>
    internal IReadOnlyList<Vitrine.Linux.Processes.MemoryMap> ExecutableMaps => _tables.Process?.Maps() ?? [];

    /// <summary>The different stacks.</summary>
    public StackTable Stacks { get; }

    /// <summary>Goroutines listed.</summary>
    public int Count { get; }

    /// <summary>One of them, in the runtime's own order (order of creation of the <c>g</c> structures).</summary>
    public Goroutine this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return new Goroutine(this, index);
        }
    }

    /// <summary>Groups by stack, state, wait reason and creation site, biggest group first, then in the order of the dump.</summary>
    /// <param name="filter">Goroutines to take; null takes all.</param>
    public IReadOnlyList<StackGroup> GroupByStack(GoroutineFilter? filter = null) => Grouping.ByStack(this, filter);

    internal GoroutineDumpTables Tables => _tables;

    internal ref readonly GoroutineRecord Row(int index) => ref _rows[index];

    internal static string StateText(in GoroutineRecord row) => row.State switch
    {
        GoroutineState.Idle => "idle",
        GoroutineState.Runnable => "runnable",
        GoroutineState.Running => "running",
        GoroutineState.Syscall => "syscall",
        GoroutineState.Waiting => "waiting",
        GoroutineState.Dead => "dead",
        GoroutineState.CopyStack => "copystack",
        GoroutineState.Preempted => "preempted",
        GoroutineState.Leaked => "leaked",
        GoroutineState.DeadExtra => "waiting for cgo callback",
        _ => "???",
    };

    internal string? WaitReasonText(in GoroutineRecord row)
    {
        if (row.State is not (GoroutineState.Waiting or GoroutineState.Leaked) || row.WaitReason == 0)
            return null;
        WaitReasons reasons = _tables.Context.Reasons;
        return reasons[row.WaitReason] ?? $"wait reason {row.WaitReason}";
    }

    internal TimeSpan? BlockedAtLeast(in GoroutineRecord row)
    {
        // A stamp from the future is a torn or damaged one.
        if (row.WaitSince <= 0 || _tables.Nanotime is not { } now || row.WaitSince > now)
            return null;
        return TimeSpan.FromTicks((now - row.WaitSince) / TimeSpan.NanosecondsPerTick);
    }

    internal CreationSite? CreatedBy(in GoroutineRecord row) => row.Id == 1 ? null : _sites.Find(row.GoPc);

    internal string? EntryFunction(in GoroutineRecord row) => _sites.FunctionAt(row.StartPc);

    internal IReadOnlyList<GoroutineLabel> Labels(in GoroutineRecord row) => row.LabelSetId < 0 ? [] : _tables.Labels[row.LabelSetId] ?? [];

    internal WaitingOn? WaitOf(in GoroutineRecord row) => _waits.Describe(row, WaitReasonText(row));
}
