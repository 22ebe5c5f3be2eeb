namespace Vitrine.DotNet.Nettrace;

/// <summary>An event that waits until no earlier one can come.</summary>
struct HeldEvent
{
    public long Ticks;
    public long ThreadId;
    public long CaptureThreadId;
    public int Processor;
    public int StackId;
    public int DefinitionId;
    public int Block;
    public int PayloadAt;
    public int PayloadLength;
    public int LostBefore;
    public Guid ActivityId;
}
