namespace Vitrine.Go.Probes.Collector;

/// <summary>A collection that is under way: the stops seen of it.</summary>
sealed class OpenCycle(ulong sequence, StopTheWorld first)
{
    public ulong Sequence { get; } = sequence;

    public StopTheWorld First { get; set; } = first;

    /// <summary>More than one when marking had to be taken up again.</summary>
    public List<StopTheWorld> MarkTerminations { get; } = [];

    public StopTheWorld Last => MarkTerminations.Count > 0 ? MarkTerminations[^1] : First;
}
