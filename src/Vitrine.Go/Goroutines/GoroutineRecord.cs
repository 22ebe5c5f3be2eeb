namespace Vitrine.Go.Goroutines;

/// <summary>What is kept of one goroutine: a plain row of 88 bytes, so that a million of them are 88 MB and cost the collector nothing.</summary>
internal struct GoroutineRecord
{
    public ulong Address;
    public ulong Id;
    public ulong ParentId;
    public ulong GoPc;
    public ulong StartPc;
    public long WaitSince;
    public ulong BubbleId;
    public int StackId;
    public int ArgumentsId;
    public int WaitId;
    public int LabelSetId;
    public int ThreadId;
    public GoroutineState State;
    public byte RawState;
    public byte WaitReason;
    public StackStatus StackStatus;
    public GoroutineFlags Flags;
}
