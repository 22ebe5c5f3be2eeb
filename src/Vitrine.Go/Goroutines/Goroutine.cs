namespace Vitrine.Go.Goroutines;

/// <summary>
/// One goroutine of a <see cref="GoroutineDump"/>. A view onto a row of the dump: copying it is cheap, and names, frames and
/// waits are looked up when they are asked for.
/// </summary>
public readonly struct Goroutine
{
    private readonly GoroutineDump _dump;
    private readonly int _index;

    internal Goroutine(GoroutineDump dump, int index)
    {
        _dump = dump;
        _index = index;
    }

    private ref readonly GoroutineRecord Row => ref _dump.Row(_index);

    internal int Index => _index;

    /// <summary>The goroutine's id, as Go prints it.</summary>
    public ulong Id => Row.Id;

    /// <summary>Address of its <c>runtime.g</c>.</summary>
    public ulong Address => Row.Address;

    /// <summary>Its status.</summary>
    public GoroutineState State => Row.State;

    /// <summary>The status as Go prints it: "waiting", "running", "syscall", "runnable", …</summary>
    public string StateText => GoroutineDump.StateText(Row);

    /// <summary>Why it waits, in the words of the target's own runtime ("chan receive", "select", "IO wait"); null when it does not wait or gives no reason.</summary>
    public string? WaitReason => _dump.WaitReasonText(Row);

    /// <summary>
    /// Waits at least that long; null when unknown. The garbage collector stamps waiting goroutines, so this is a lower bound, and a goroutine
    /// that no collection has seen waiting has none.
    /// </summary>
    public TimeSpan? BlockedAtLeast => _dump.BlockedAtLeast(Row);

    /// <summary>The <c>go</c> statement that created it; null for the main goroutine, and when the address is not in a function.</summary>
    public CreationSite? CreatedBy => _dump.CreatedBy(Row);

    /// <summary>Id of the goroutine that created it; null when unknown (before Go 1.21) or when it has none.</summary>
    public ulong? ParentId => Row.ParentId == 0 ? null : Row.ParentId;

    /// <summary>The function it started with; null when the address is not in a function.</summary>
    public string? EntryFunction => _dump.EntryFunction(Row);

    /// <summary>The pprof labels; empty when it has none.</summary>
    public IReadOnlyList<GoroutineLabel> Labels => _dump.Labels(Row);

    /// <summary>Kernel id of the thread that runs it or that waits in the system call for it; null when it has none.</summary>
    public int? ThreadId => Row.ThreadId == 0 ? null : Row.ThreadId;

    /// <summary>Called runtime.LockOSThread.</summary>
    public bool LockedToThread => (Row.Flags & GoroutineFlags.LockedToThread) != 0;

    /// <summary>One of the runtime's own goroutines, which <c>debug=2</c> does not list.</summary>
    public bool IsSystem => (Row.Flags & GoroutineFlags.System) != 0;

    /// <summary>Its stack was being scanned when it was looked at.</summary>
    public bool IsBeingScanned => (Row.Flags & GoroutineFlags.Scan) != 0;

    /// <summary>Changed while it was read and was read again.</summary>
    public bool WasRetried => (Row.Flags & GoroutineFlags.Retried) != 0;

    /// <summary>Id of its testing/synctest bubble; null when it is in none.</summary>
    public ulong? BubbleId => (Row.Flags & GoroutineFlags.InBubble) != 0 ? Row.BubbleId : null;

    /// <summary>What it waits for; null when it does not wait or when the dump was taken without waits.</summary>
    public WaitingOn? WaitingOn => _dump.WaitOf(Row);

    /// <summary>Whether its stack could be read.</summary>
    public StackStatus StackStatus => Row.StackStatus;

    /// <summary>Number of its stack in <see cref="GoroutineDump.Stacks"/>: goroutines with the same stack have the same number; -1 without a stack.</summary>
    public int StackId => Row.StackId;

    /// <summary>The frames of its stack, innermost first, runtime internals included; empty without a stack.</summary>
    public IReadOnlyList<Frame> Frames => _dump.Stacks.Frames(Row.StackId);

    /// <summary>The frames that <c>debug=2</c> would show, without its limit of 100.</summary>
    public IReadOnlyList<Frame> VisibleFrames => _dump.Stacks.VisibleFrames(Row.StackId);
}
