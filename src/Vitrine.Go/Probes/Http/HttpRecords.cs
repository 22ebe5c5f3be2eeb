using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vitrine.Go.Probes.Http;

// The structs of http.bpf.h and split.bpf.h, field by field. All have the kernel's natural alignment.

[StructLayout(LayoutKind.Sequential)]
internal struct HttpConfig
{
    public uint Split;
    public uint KeepQuery;
    public uint StopReason;
    public uint AssistWait;
    public ulong OtherStopLow;
    public ulong OtherStopHigh;
}

[StructLayout(LayoutKind.Sequential)]
internal struct WaitSlot
{
    public uint Reason;
    public uint Count;
    public ulong Time;
}

/// <summary>WAIT_SLOTS of http.bpf.h.</summary>
[InlineArray(6)]
internal struct WaitSlots
{
    private WaitSlot _first;
}

/// <summary>One word for each bucket of http.bpf.h, in its order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Buckets
{
    public ulong OnCpu;
    public ulong Runnable;
    public ulong Preempted;
    public ulong InKernel;
    public ulong Waiting;
    public ulong Assist;
    public ulong GcStop;
    public ulong OtherStop;
}

/// <summary>METHOD_SIZE bytes.</summary>
[InlineArray(16)]
internal struct MethodBytes
{
    private byte _first;
}

/// <summary>PATH_SIZE bytes.</summary>
[InlineArray(256)]
internal struct PathBytes
{
    private byte _first;
}

/// <summary>PATTERN_SIZE bytes.</summary>
[InlineArray(128)]
internal struct PatternBytes
{
    private byte _first;
}

[Flags]
internal enum HttpFlags : uint
{
    Unread = 1,
    Aborted = 2,
    Hijacked = 4,
    UnseenStart = 8,
    Assisting = 16,
    InAccount = 32,
}

/// <summary>enum state of http.bpf.h.</summary>
internal enum HttpState : uint
{
    OnCpu,
    Runnable,
    Preempted,
    InKernel,
    Waiting,
}

[StructLayout(LayoutKind.Sequential)]
internal struct RequestRecord
{
    public ulong G;
    public ulong GoroutineId;
    public ulong Writer;
    public ulong GoRequest;
    public ulong Started;
    public ulong Since;
    public ulong AtGcStop;
    public ulong AtOtherStop;
    public ulong AtCycle;
    public Buckets Time;
    public ulong StoppedWaiting;
    public ulong RunnableInGc;
    public ulong WaitsUntold;
    public WaitSlots Waits;
    public HttpState State;
    public uint Reason;
    public uint Thread;
    public HttpFlags Flags;
    public uint Kind;
    public uint Proto;
    public uint MethodLength;
    public uint PathLength;
    public MethodBytes Method;
    public PathBytes Path;
}

[StructLayout(LayoutKind.Sequential)]
internal struct FinishedRecord
{
    public uint Kind;
    public uint Status;
    public ulong Ended;
    public uint PatternLength;
    public uint QueryLength;
    public RequestRecord Request;
    public PatternBytes Pattern;
    public PathBytes Query;
}

[StructLayout(LayoutKind.Sequential)]
internal struct WorldRecord
{
    public uint Kind;
    public uint Reason;
    public ulong Started;
    public ulong Ended;
    public uint Collection;
    public uint Pad;
}

/// <summary>struct world of split.bpf.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WorldState
{
    public ulong GcStop;
    public ulong OtherStop;
    public ulong Cycle;
    public ulong GcSince;
    public ulong OtherSince;
    public ulong CycleSince;
    public uint Reason;
    public uint Stopper;
}

/// <summary>enum event_kind of http.bpf.h.</summary>
internal enum HttpEventKind : uint
{
    Request = 1,
    GcStart = 2,
    GcEnd = 3,
    Stop = 4,
}
