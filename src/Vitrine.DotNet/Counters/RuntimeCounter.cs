using System.Runtime.InteropServices;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Counters;

/// <summary>One value of a counter that a process keeps of itself.</summary>
/// <param name="Name">Its name, such as <c>gc-heap-size</c>.</param>
/// <param name="Unit">The counter's unit, such as <c>MB</c> (1,000,000 bytes), <c>B</c>, <c>ms</c>, <c>%</c>; empty for a count. Untrusted text.</param>
/// <param name="Value">The value; for a sum, by how much it grew in the interval.</param>
/// <param name="IsSum">Whether it is a growth over the interval.</param>
/// <param name="Interval">The interval.</param>
/// <param name="Ticks">When, by the process's monotonic clock.</param>
public readonly record struct RuntimeCounter(string Name, string Unit, double Value, bool IsSum, TimeSpan Interval, long Ticks)
{
    /// <summary>The value, or the growth for each second.</summary>
    public double PerSecond => IsSum ? Interval > TimeSpan.Zero ? Value / Interval.TotalSeconds : 0 : Value;

    /// <summary>
    /// Reads an event of a counter. It has one of two shapes, which only their contents tell apart
    /// (https://github.com/dotnet/runtime/blob/main/src/libraries/System.Private.CoreLib/src/System/Diagnostics/Tracing/CounterPayload.cs).
    /// </summary>
    internal static bool TryRead(in NettraceEvent e, out RuntimeCounter counter)
    {
        try
        {
            counter = IsMean(e.Payload) ? ReadMean(e) : ReadSum(e);
            return true;
        }
        catch (BadNettraceException)
        {
            counter = default;
            return false;
        }
    }

    // Name, display name, mean, deviation, count, least, greatest, interval, "Interval=…", "Mean", metadata, unit.
    static RuntimeCounter ReadMean(in NettraceEvent e)
    {
        var reader = e.Read();
        var name = reader.ReadString();
        reader.ReadUtf16();
        var mean = reader.ReadDouble();
        reader.Skip(8 + 4 + 8 + 8);
        var interval = TimeSpan.FromSeconds(Math.Clamp(reader.ReadSingle(), 0, 86_400));
        reader.ReadUtf16();
        reader.ReadUtf16();
        reader.ReadUtf16();
        return new(name, reader.ReadString(), mean, IsSum: false, interval, e.Ticks);
    }

    // Name, display name, time scale of the display, increment, interval, metadata, "Interval=…", "Sum", unit.
    static RuntimeCounter ReadSum(in NettraceEvent e)
    {
        var reader = e.Read();
        var name = reader.ReadString();
        reader.ReadUtf16();
        reader.ReadUtf16();
        var increment = reader.ReadDouble();
        var interval = TimeSpan.FromSeconds(Math.Clamp(reader.ReadSingle(), 0, 86_400));
        reader.ReadUtf16();
        reader.ReadUtf16();
        reader.ReadUtf16();
        return new(name, reader.ReadString(), increment, IsSum: true, interval, e.Ticks);
    }

    static bool IsMean(ReadOnlySpan<byte> payload) => payload.IndexOf(MemoryMarshal.AsBytes("\0Mean\0".AsSpan())) >= 0;
}
