using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vitrine.Go.Probes.Stacks;

namespace Vitrine.Go.Probes.Collector;

/// <summary>Kinds of records, as gc.bpf.c writes them.</summary>
enum GcRecordKind : uint
{
    Stop = 1,
    Cycle = 2,
    Swept = 3,
    Assist = 4,
    Park = 5,
}

/// <summary>struct assist_sums.</summary>
[StructLayout(LayoutKind.Sequential)]
record struct AssistSums(ulong Cycle, ulong Marks, ulong MarkNs, ulong Parks, ulong ParkNs);

/// <summary>struct stop_event.</summary>
[StructLayout(LayoutKind.Sequential)]
struct StopRecord
{
    public const int TextSize = 32;

    public GcRecordKind Kind;
    public uint Reason;
    public ulong Cycle;
    public ulong Goroutine;
    public ulong Asked;
    public ulong Began;
    public ulong Stopped;
    public ulong Starting;
    public ulong Started;
    public ulong Counted;
    public ulong Now;
    public StackKey Stack;
    public ulong TextAddress;
    public uint Trigger;
    public uint TextLength;
    public uint TextRead;
    public uint Pad;
    public ReasonText Text;

    [InlineArray(TextSize)]
    public struct ReasonText
    {
        byte _first;
    }
}

/// <summary>struct account_event.</summary>
[StructLayout(LayoutKind.Sequential)]
struct AccountRecord
{
    public const int MaxWords = 32;

    public GcRecordKind Kind;
    public uint Unread;
    public ulong Cycle;
    public ulong Time;
    public ulong Goroutine;
    public AssistSums Assists;
    public WordArray Words;

    [InlineArray(MaxWords)]
    public struct WordArray
    {
        ulong _first;
    }
}

/// <summary>struct assist_event.</summary>
[StructLayout(LayoutKind.Sequential)]
struct AssistRecord
{
    public GcRecordKind Kind;
    public uint Pad;
    public ulong Cycle;
    public ulong Goroutine;
    public ulong Start;
    public ulong End;
    public StackKey Stack;
}

/// <summary>struct assist_key: whose assists, at which place.</summary>
[StructLayout(LayoutKind.Sequential)]
record struct AssistKey(ulong Goroutine, StackKey Stack);

/// <summary>struct assist_value.</summary>
[StructLayout(LayoutKind.Sequential)]
struct AssistValue
{
    public ulong Marks;
    public ulong MarkNs;
    public ulong MaxMarkNs;
    public ulong Parks;
    public ulong ParkNs;
    public ulong MaxParkNs;
}

/// <summary>struct config.</summary>
[StructLayout(LayoutKind.Sequential)]
struct GcConfig
{
    public AccountRecord.WordArray Words;
    public uint StopResult;
    public uint CountsTotal;
    public uint SingleAssists;
    public uint Pad;
}

/// <summary>struct world: the stop that is under way.</summary>
[StructLayout(LayoutKind.Sequential)]
struct WorldRecord
{
    public ulong Cycle;
    public ulong Stopping;
    public StopRecord Stop;

    /// <summary>No stop is under way; a new number, because what happens next belongs to no collection whose beginning was seen.</summary>
    public static WorldRecord After(ulong cycle) => new() { Cycle = cycle + 1 };
}
