using System.Buffers.Binary;
using Vitrine.Go.Binary;
using Vitrine.Go.Memory;
using Vitrine.Instruments;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Scheduler;

/// <summary>Reads the Ps. They are never freed, so their addresses are safe to follow; what is in them moves.</summary>
static class ProcessorList
{
    /// <summary>Reads all Ps of <c>allp</c>.</summary>
    /// <exception cref="GoBinaryException">The layout of <c>runtime.p</c> lacks a field that is needed.</exception>
    public static Known<IReadOnlyList<RawProcessor>> Read(RuntimeView view, List<string> notes)
    {
        Known<(ulong Array, int Length)> allp = view.ReadSlice("runtime.allp", RuntimeLimits.MaxProcessors);
        Known<StructLayout> layout = view.LayoutOf("runtime.p"), m = view.LayoutOf("runtime.m");
        if (!allp.IsKnown || !layout.IsKnown || !m.IsKnown)
            return Known<IReadOnlyList<RawProcessor>>.Unknown(!allp.IsKnown ? allp.Reason : !layout.IsKnown ? layout.Reason : m.Reason);

        var pointers = new byte[allp.Value.Length * 8];
        if (!view.Memory.TryRead(allp.Value.Array, pointers))
            return Known<IReadOnlyList<RawProcessor>>.Unknown($"the array of runtime.allp at 0x{allp.Value.Array:x} is not readable");
        using var plan = new ReadPlan();
        for (int i = 0; i < allp.Value.Length; i++)
            plan.Add(BinaryPrimitives.ReadUInt64LittleEndian(pointers.AsSpan(i * 8)), layout.Value.Size);
        view.Memory.Read(plan);

        var processors = new List<RawProcessor>(allp.Value.Length);
        int unreadable = 0;
        for (int i = 0; i < allp.Value.Length; i++)
        {
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(pointers.AsSpan(i * 8));
            if (plan.Ok(i))
                processors.Add(new RawProcessor(address, StateOf(view, i, StructImage.Of(address, layout.Value, plan[i]), m.Value)));
            else
                unreadable++;
        }
        if (unreadable > 0)
            notes.Add($"{unreadable} of {allp.Value.Length} Ps could not be read and are left out.");
        return Known<IReadOnlyList<RawProcessor>>.Of(processors, Provenance.Read($"allp, {allp.Value.Length} Ps"));
    }

    static ProcessorState StateOf(RuntimeView view, int index, StructImage p, StructLayout m)
    {
        const int RingLength = 256;
        uint head = (uint)p.Get("runqhead"), tail = (uint)p.Get("runqtail");
        ulong machine = p.Get("m");
        return new ProcessorState
        {
            Id = index,
            Status = (ProcessorStatus)p.GetInt32("status"),
            SchedTick = (uint)p.Get("schedtick"),
            SyscallTick = (uint)p.Get("syscalltick"),
            // An M may be freed while its address is still in a P: an id that cannot be read is "none", and the second reading tells.
            Machine = machine != 0 && view.Memory.TryReadUInt64(unchecked(machine + (ulong)m.RequiredOffset("id")), out ulong id) ? (long)id : null,
            RunQueueLength = (int)Math.Min(unchecked(tail - head), RingLength),
            HasRunNext = p.Get("runnext") != 0,
            FreeGoroutines = p.TryGet("gFree.size", out ulong free) ? (int)free : p.GetInt32("gFree.n"),
            Timers = Timers(p),
        };
    }

    // Go 1.23 moved the timers of a P into a struct of their own; a slice's length is its second word in all versions.
    static int Timers(StructImage p)
    {
        int slice = p.Layout.OffsetOf("timers.heap") ?? p.Layout.RequiredOffset("timers");
        return p.TryGetUInt64At(slice + 8, out ulong length) ? (int)Math.Min(length, int.MaxValue) : 0;
    }
}
