using Vitrine.Go.Binary;
using Vitrine.Go.Memory;
using Vitrine.Instruments;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Scheduler;

/// <summary>
/// Reads the Ms, following <c>allm</c>. An M that ends is taken out of the list and freed some time later, so a walk may step on one that is
/// gone: the walk is bounded, remembers where it was, and is compared with a second one.
/// </summary>
static class MachineList
{
    /// <summary>Reads all Ms.</summary>
    /// <exception cref="GoBinaryException">The layout of <c>runtime.m</c> or <c>runtime.g</c> lacks a field that is needed.</exception>
    public static Known<IReadOnlyList<MachineThread>> Read(RuntimeView view, Known<IReadOnlyList<RawProcessor>> processors, List<string> notes)
    {
        Known<ulong> head = view.ReadScalar("runtime.allm", 8);
        Known<StructLayout> layout = view.LayoutOf("runtime.m"), g = view.LayoutOf("runtime.g");
        if (!head.IsKnown || !layout.IsKnown || !g.IsKnown)
            return Known<IReadOnlyList<MachineThread>>.Unknown(!head.IsKnown ? head.Reason : !layout.IsKnown ? layout.Reason : g.Reason);

        var idOf = new Dictionary<ulong, int>();
        if (processors.TryGet(out IReadOnlyList<RawProcessor>? list))
        {
            foreach (RawProcessor processor in list)
                idOf[processor.Address] = processor.State.Id;
        }
        ulong goidAt = (ulong)g.Value.RequiredOffset("goid");
        ulong? Goroutine(ulong address) => address != 0 && view.Memory.TryReadUInt64(unchecked(address + goidAt), out ulong goid) ? goid : null;

        var machines = new List<MachineThread>();
        var seen = new HashSet<ulong>();
        for (ulong address = head.Value; address != 0;)
        {
            if (machines.Count == RuntimeLimits.MaxMachines || !seen.Add(address) || !StructImage.TryRead(view.Memory, address, layout.Value, out StructImage? m))
            {
                notes.Add($"The list of Ms is cut after {machines.Count}: it changed under the reader, or is longer than {RuntimeLimits.MaxMachines}.");
                break;
            }
            machines.Add(Describe(view, m, idOf, Goroutine));
            address = m.Get("alllink");
        }
        return Known<IReadOnlyList<MachineThread>>.Of(machines, Provenance.Read($"allm, {machines.Count} Ms"));
    }

    static MachineThread Describe(RuntimeView view, StructImage m, Dictionary<ulong, int> processorIds, Func<ulong, ulong?> goroutine)
    {
        ulong thread = m.Get("procid");
        return new MachineThread
        {
            Id = (long)m.Get("id"),
            ThreadId = thread is > 0 and <= int.MaxValue ? (int)thread : null,
            Processor = processorIds.TryGetValue(m.Get("p"), out int id) ? id : null,
            CurrentGoroutine = goroutine(m.Get("curg")),
            Mallocing = m.GetInt32("mallocing"),
            Throwing = m.GetInt32("throwing"),
            PreemptOff = Text(view, m, "preemptoff"),
            Locks = m.GetInt32("locks"),
            Dying = m.GetInt32("dying"),
            Spinning = m.Get("spinning") != 0,
            Blocked = m.Get("blocked") != 0,
            InCgo = m.Get("incgo") != 0,
            LockedGoroutine = goroutine(m.Get("lockedg")),
        };
    }

    static string Text(RuntimeView view, StructImage m, string path)
    {
        int offset = m.Layout.RequiredOffset(path);
        if (!m.TryGetUInt64At(offset, out ulong data) || !m.TryGetUInt64At(offset + 8, out ulong length) || length == 0)
            return "";
        return length <= RuntimeLimits.MaxReasonBytes ? view.Memory.ReadUtf8(data, (int)length, RuntimeLimits.MaxReasonBytes) ?? "(unreadable)" : "(unreadable)";
    }
}
