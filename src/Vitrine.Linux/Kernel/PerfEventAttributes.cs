using System.Runtime.InteropServices;

namespace Vitrine.Linux.Kernel;

/// <summary>struct perf_event_attr of linux/perf_event.h in its version 7 (128 bytes); kernels that know less of it accept it as long as what they do not know is zero.</summary>
[StructLayout(LayoutKind.Sequential)]
struct PerfEventAttributes
{
    public const uint TypeSoftware = 1;
    public const ulong ConfigCpuClock = 0;

    public const ulong SampleTid = 1 << 1, SampleTime = 1 << 2, SampleCallchain = 1 << 5, SampleId = 1 << 6, SampleCpu = 1 << 7, SampleRegistersUser = 1 << 12, SampleStackUser = 1 << 13;

    public const ulong
        Inherit = 1UL << 1, ExcludeKernel = 1UL << 5, ExcludeHypervisor = 1UL << 6, ExcludeIdle = 1UL << 7, Comm = 1UL << 9, Frequency = 1UL << 10, ExcludeCallchainKernel = 1UL << 21, UseClock = 1UL << 25, InheritThread = 1UL << 35;

    public const int ClockMonotonic = 1;

    public uint Type;
    public uint Size;
    public ulong Config;
    public ulong SampleFrequency;
    public ulong SampleType;
    public ulong ReadFormat;
    public ulong Flags;
    public uint WakeupEvents;
    public uint BreakpointType;
    public ulong Config1;
    public ulong Config2;
    public ulong BranchSampleType;
    public ulong SampleRegistersUserMask;
    public uint SampleStackUserBytes;
    public int Clock;
    public ulong SampleRegistersInterruptMask;
    public uint AuxWatermark;
    public ushort SampleMaximumStack;
    public ushort Reserved2;
    public uint AuxSampleSize;
    public uint Reserved3;
    public ulong SignalData;
}
