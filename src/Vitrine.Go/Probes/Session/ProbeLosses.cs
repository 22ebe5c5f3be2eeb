using Vitrine.Instruments;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Session;

/// <summary>Reads the loss counters that every program keeps (vitrine.bpf.h, enum counter).</summary>
internal static class ProbeLosses
{
    private const int FirstLoss = 1;
    private const int FirstOwn = 8;

    private static readonly string[] s_common =
    [
        "hits",
        "events without room in a kernel map",
        "stacks that could not be taken or stored",
        "events without room in the ring buffer",
        "reads of target memory that was not resident",
        "ends whose beginning was not seen",
        "beginnings whose end will not come (panic, Goexit, or the end of the look)",
        "events outside of any goroutine",
    ];

    public static LostEvents Read(BpfObject bpf, GoProbeProgram program)
    {
        if (!bpf.HasMap("counters"))
            return LostEvents.None;
        BpfMap counters = bpf.Map("counters");
        var lost = new List<KeyValuePair<string, long>>();
        for (int slot = FirstLoss; slot < FirstOwn + program.OwnCounters.Count; slot++)
        {
            if (slot >= FirstOwn && program.NotLosses.Contains(slot - FirstOwn))
                continue;
            long count = (long)counters.SumPerCpu((uint)slot);
            if (count > 0)
                lost.Add(new(slot < FirstOwn ? s_common[slot] : program.OwnCounters[slot - FirstOwn], count));
        }
        return new LostEvents(lost);
    }
}
