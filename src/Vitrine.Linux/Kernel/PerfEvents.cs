using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Kernel;

/// <summary>perf_event_open(2), for the one event that exists everywhere: the software clock of a processor.</summary>
public static unsafe partial class PerfEvents
{
    const uint TypeSoftware = 1;
    const ulong ConfigCpuClock = 0;
    const ulong FlagFrequency = 1UL << 10;
    const nuint CloseOnExec = 8;

    /// <summary>struct perf_event_attr (linux/perf_event.h), version 0: the kernel takes the rest as zero.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct Attributes
    {
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
    }

    /// <summary>An event that fires on one processor <paramref name="frequencyHz"/> times a second, whoever runs there.</summary>
    /// <exception cref="KernelRefusalException">The kernel does not open it.</exception>
    public static SafeFileHandle OpenCpuClock(int cpu, int frequencyHz)
    {
        var attributes = new Attributes
        {
            Type = TypeSoftware,
            Size = (uint)sizeof(Attributes),
            Config = ConfigCpuClock,
            SampleFrequency = (ulong)frequencyHz,
            Flags = FlagFrequency,
        };
        var descriptor = Open(SystemCallNumbers.PerfEventOpen, &attributes, -1, cpu, -1, CloseOnExec);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw KernelRefusals.Explain(string.Create(CultureInfo.InvariantCulture, $"open the clock of processor {cpu}"), Marshal.GetLastPInvokeError());
    }

    /// <summary>The processors that run now (/sys/devices/system/cpu/online).</summary>
    public static IReadOnlyList<int> OnlineCpus()
    {
        const int mostCpus = 8192;
        var text = File.ReadAllText("/sys/devices/system/cpu/online").Trim();
        var cpus = new List<int>();
        foreach (var range in text.Split(','))
        {
            var ends = range.Split('-');
            var first = int.Parse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture);
            var last = int.Parse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture);
            for (var cpu = first; cpu <= last && cpus.Count < mostCpus; cpu++)
                cpus.Add(cpu);
        }
        return cpus;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Open(nint number, Attributes* attributes, nint pid, nint cpu, nint group, nuint flags);
}
