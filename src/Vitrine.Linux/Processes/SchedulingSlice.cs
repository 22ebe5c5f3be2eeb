using System.Runtime.InteropServices;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Processes;

/// <summary>
/// How long this program runs at a stretch when others want the processor. A look is a burst of work beside the target: on a machine with few
/// processors the target's threads would have to wait for the kernel's usual slice (3 ms and more) whenever they wake up.
/// </summary>
public static class SchedulingSlice
{
    /// <summary>The shortest slice that the kernel grants (sched(7), sched_setattr(2): sched_runtime of a normal task, Linux 6.12 and later).</summary>
    private const ulong ShortestNanoseconds = 100_000;

    /// <summary>
    /// Asks for the shortest slice for the calling thread and for those it starts from now on. Its share of the processor stays the same, it only takes
    /// it in smaller pieces; a lower priority or SCHED_IDLE would starve a look on a machine that is busy, which is when one is needed.
    /// Kernels that do not know it ignore it, and nothing depends on it.
    /// </summary>
    public static unsafe void Shorten()
    {
        var (get, set) = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => (315, 314),
            Architecture.Arm64 => (275, 274),
            _ => (0, 0),
        };
        if (get == 0)
            return;
        SchedulingAttributes attributes = default;
        attributes.Size = (uint)sizeof(SchedulingAttributes);
        if (Libc.SystemCall(get, 0, (nint)(&attributes), (nint)attributes.Size, 0) != 0)
            return;
        attributes.Runtime = ShortestNanoseconds;
        _ = Libc.SystemCall(set, 0, (nint)(&attributes), 0, 0);
    }

    /// <summary>struct sched_attr of linux/sched/types.h, in its 56-byte form.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct SchedulingAttributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
        public uint UtilizationMinimum;
        public uint UtilizationMaximum;
    }
}
