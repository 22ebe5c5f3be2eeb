using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Kernel;

/// <summary>perf_event_open(2), for the one event that exists everywhere: the software clock of a processor.</summary>
public static unsafe class PerfEvents
{
    /// <summary>An event that fires on one processor <paramref name="frequencyHz"/> times a second, whoever runs there.</summary>
    /// <exception cref="KernelRefusalException">The kernel does not open it.</exception>
    public static SafeFileHandle OpenCpuClock(int cpu, int frequencyHz)
    {
        var attributes = new PerfEventAttributes
        {
            Type = PerfEventAttributes.TypeSoftware,
            Size = (uint)sizeof(PerfEventAttributes),
            Config = PerfEventAttributes.ConfigCpuClock,
            SampleFrequency = (ulong)frequencyHz,
            Flags = PerfEventAttributes.Frequency,
        };
        var descriptor = PerfCalls.Open(SystemCallNumbers.PerfEventOpen, &attributes, -1, cpu, -1, PerfCalls.CloseOnExec);
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
}
