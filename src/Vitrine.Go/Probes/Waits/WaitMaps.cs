using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vitrine.Go.Probes.Stacks;

namespace Vitrine.Go.Probes.Waits;

/// <summary><c>enum class</c> of waits.bpf.c: what a wait reason means to the program.</summary>
internal enum WaitProgramClass : byte
{
    NotWatched,
    Channel,
    Select,
    Semaphore,
    Cond,
    Network,
    Sleep,
}

/// <summary><c>enum noting</c> of waits.bpf.c: whether the ends of waits are noted.</summary>
internal enum EndsNoted : ulong
{
    None,
    All,
    NotAll,
}

/// <summary><c>struct config</c> of waits.bpf.c.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WaitConfig
{
    public ulong MinNs;
    public uint ChannelLock;
    public uint CondLock;
    public uint SudogChannel;
    public uint PollRead;
    public uint PollWrite;
    public uint PollSelf;
    public uint PollFd;
    public uint ChargesQueue;
    public ulong ScavengerStart;
    public ulong ScavengerEnd;
    public ulong ScavengerLoopStart;
    public ulong ScavengerLoopEnd;
    public ReasonClasses Classes;

    /// <summary><see cref="WaitProgramClass"/> by wait reason.</summary>
    [InlineArray(256)]
    public struct ReasonClasses
    {
        private byte _first;
    }
}

/// <summary><c>struct wait</c> of waits.bpf.c: a wait that goes on.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WaitRecord
{
    public ulong Since;
    public ulong Goid;
    public ulong Object;
    public ulong Detail;
    public StackKey Stack;
    public ulong Reason;
}

/// <summary><c>struct wait_key</c> of waits.bpf.c.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct WaitKey
{
    public StackKey Stack;
    public StackKey Releaser;
    public ulong Object;
    public ulong Detail;
    public uint Reason;
    public uint ReleasedBy;

    /// <summary>OBJECT_NOT_KEPT: the table of sums was full.</summary>
    public const ulong NoObject = ulong.MaxValue;
}

/// <summary><c>struct wait_sum</c> of waits.bpf.c.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WaitSum
{
    public ulong Count;
    public ulong TotalNs;
    public ulong MaxNs;
    public ulong ChargedNs;
}
