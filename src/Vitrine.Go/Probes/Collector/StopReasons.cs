using System.Text;

namespace Vitrine.Go.Probes.Collector;

/// <summary>
/// Names of stops of the world. The runtime puts the reason into <c>m.preemptoff</c> before it stops the world: nothing at the start of a collection,
/// <c>gcing</c> at the end of marking, else words. The words changed in Go 1.21, where they became those of <c>stwReason.String</c>; earlier ones are translated.
/// Source: https://github.com/golang/go/blob/go1.19/src/runtime/proc.go (stopTheWorld and its callers), https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go (stwReasonStrings).
/// </summary>
static class StopReasons
{
    public const string SweepTermination = "GC sweep termination";
    public const string MarkTermination = "GC mark termination";
    const string Marking = "gcing";
    const uint NumberOfMarkTermination = 1;
    const uint NumberOfSweepTermination = 2;

    static readonly Dictionary<string, string> Earlier = new(StringComparer.Ordinal)
    {
        ["profile"] = "goroutine profile",
        ["profile cleanup"] = "goroutine profile cleanup",
        ["stack trace"] = "all goroutines stack trace",
        ["doAllThreadsSyscall"] = "AllThreadsSyscall",
        ["start tracing"] = "start trace",
        ["stop tracing"] = "stop trace",
    };

    /// <summary>Name and cause of a stop. The text comes from the target: only printable ASCII of it is kept.</summary>
    /// <param name="record">The stop.</param>
    /// <param name="hasNumber">Whether this Go version passes the reason's number too (from 1.21).</param>
    /// <param name="readText">Reads the target's memory now: the texts are constants, whose page the kernel may not have had at hand.</param>
    public static (string Reason, StopCause Cause) Of(in StopRecord record, bool hasNumber, Func<ulong, byte[], bool> readText)
    {
        byte[]? bytes = null;
        if (record.TextLength <= StopRecord.TextSize)
        {
            bytes = ((ReadOnlySpan<byte>)record.Text)[..(int)record.TextLength].ToArray();
            if (record.TextRead == 0 && !readText(record.TextAddress, bytes))
                bytes = null;
        }
        if (bytes is null)
        {
            return hasNumber && record.Reason == NumberOfSweepTermination ? (SweepTermination, StopCause.SweepTermination)
                : hasNumber && record.Reason == NumberOfMarkTermination ? (MarkTermination, StopCause.MarkTermination)
                : ("unknown", StopCause.Other);
        }
        var text = Printable(bytes);
        return text switch
        {
            "" => (SweepTermination, StopCause.SweepTermination),
            Marking => (MarkTermination, StopCause.MarkTermination),
            _ => (Earlier.GetValueOrDefault(text, text), StopCause.Other),
        };
    }

    static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var one in bytes)
            text.Append(one is >= 0x20 and < 0x7f ? (char)one : '?');
        return text.ToString();
    }
}
