namespace Vitrine.Go.Goroutines;

/// <summary>
/// The goroutines of one process, read while it kept running. <see cref="Consistency"/> says how well the picture hangs together.
/// </summary>
public sealed class GoroutineDump
{
    private readonly GoroutineRecord[] _rows = [];

    /// <summary>When the reading began.</summary>
    public required DateTimeOffset CapturedAt { get; init; }

    /// <summary>How long the reading took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>What was accepted, retried, torn and left out.</summary>
    public required GoroutineConsistency Consistency { get; init; }

    /// <summary>The different stacks.</summary>
    public required StackTable Stacks { get; init; }

    /// <summary>What this dump cannot say about this target, and why ("labels: …"); empty when there is nothing to say.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Goroutines listed.</summary>
    public int Count => _rows.Length;

    /// <summary>One of them, in the runtime's own order (order of creation of the <c>g</c> structures).</summary>
    public Goroutine this[int index] => new(this, index);

    /// <summary>
    /// Groups by stack, state, wait reason and creation site, biggest group first.
    /// </summary>
    /// <param name="filter">Goroutines to take; null takes all.</param>
    public IReadOnlyList<StackGroup> GroupByStack(GoroutineFilter? filter = null) => [];

    internal ref readonly GoroutineRecord Row(int index) => ref _rows[index];

    internal string StateText(in GoroutineRecord row) => row.State.ToString();

    internal string? WaitReasonText(in GoroutineRecord row) => null;

    internal TimeSpan? BlockedAtLeast(in GoroutineRecord row) => null;

    internal CreationSite? CreatedBy(in GoroutineRecord row) => null;

    internal string? EntryFunction(in GoroutineRecord row) => null;

    internal IReadOnlyList<GoroutineLabel> Labels(in GoroutineRecord row) => [];

    internal WaitingOn? WaitOf(in GoroutineRecord row) => null;
}
