namespace Vitrine.Go.Goroutines;

/// <summary>What is kept of one goroutine: a plain row of 96 bytes, so that a million of them are 96 MB and cost the collector nothing.</summary>
internal struct GoroutineRecord
{
    public ulong Address;
    public ulong Id;
    public ulong ParentId;
    public ulong GoPc;
    public ulong StartPc;
    public long WaitSince;
    public ulong BubbleId;

    /// <summary>
    /// Channel: address of the hchan. Select: number of the first case. Lock: address of the semaphore or notify list. Network: address of the pollDesc.
    /// </summary>
    public ulong WaitAddress;

    /// <summary>Network: the file descriptor. Select: number of cases.</summary>
    public int WaitExtra;

    /// <summary>Number of the stack; -1 without one.</summary>
    public int StackId;

    /// <summary>Where its argument values begin in <see cref="ArgumentStore"/>; -1 without.</summary>
    public int Arguments;

    /// <summary>Number of the label set; -1 without one.</summary>
    public int LabelSetId;

    /// <summary>Kernel thread id; 0 without one.</summary>
    public int ThreadId;

    public GoroutineState State;
    public byte RawState;
    public byte WaitReason;
    public StackStatus StackStatus;
    public GoroutineFlags Flags;
    public WaitKind WaitKind;
    public WaitHow WaitHow;
    public ChannelDirection WaitDirection;
}
