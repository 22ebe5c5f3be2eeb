using Vitrine.Go.Binary;
using Vitrine.Go.Layouts;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// Where the reader finds what it needs of a <c>runtime.g</c>; -1 for a field that this Go version does not have.
/// Fields: https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime2.go (type g).
/// </summary>
internal sealed class GLayout
{
    /// <summary>A g has some 450 bytes; a layout far above that is damaged.</summary>
    private const int MaxSize = 16 << 10;

    private GLayout(StructLayout g)
    {
        if (g.Size is < 64 or > MaxSize)
            throw new GoBinaryException($"struct runtime.g has {g.Size} bytes ({g.Source}): the binary is damaged or this Go version is not known");
        Size = g.Size;
        StackLo = Need(g, "stack.lo", 8);
        StackHi = Need(g, "stack.hi", 8);
        M = Need(g, "m", 8);
        SchedSp = Need(g, "sched.sp", 8);
        SchedPc = Need(g, "sched.pc", 8);
        SyscallSp = Need(g, "syscallsp", 8);
        SyscallPc = Need(g, "syscallpc", 8);
        AtomicStatus = Need(g, "atomicstatus", 4);
        Goid = Need(g, "goid", 8);
        WaitSince = Need(g, "waitsince", 8);
        WaitReason = Need(g, "waitreason", 1);
        LockedM = Need(g, "lockedm", 8);
        GoPc = Need(g, "gopc", 8);
        StartPc = Need(g, "startpc", 8);
        Waiting = Need(g, "waiting", 8);
        Labels = Optional(g, "labels", 8);
        ParentGoid = Optional(g, "parentGoid", 8);
        Bubble = Optional(g, "bubble", 8);
        SyncGroup = Optional(g, "syncGroup", 8);
        RunningCleanups = Optional(g, "runningCleanups", 1);
        foreach (int offset in new[] { StackLo, StackHi, SchedSp, SchedPc, SyscallSp, SyscallPc, AtomicStatus, Goid })
            HeadLength = Math.Max(HeadLength, Math.Min(offset + 8, Size));
    }

    public int Size { get; }

    /// <summary>Bytes from the start of a g that hold every field by which a change is recognised.</summary>
    public int HeadLength { get; }

    public int StackLo { get; }
    public int StackHi { get; }
    public int M { get; }
    public int SchedSp { get; }
    public int SchedPc { get; }
    public int SyscallSp { get; }
    public int SyscallPc { get; }
    public int AtomicStatus { get; }
    public int Goid { get; }
    public int WaitSince { get; }
    public int WaitReason { get; }
    public int LockedM { get; }
    public int GoPc { get; }
    public int StartPc { get; }
    public int Waiting { get; }
    public int Labels { get; }

    /// <summary>Go 1.21 and later.</summary>
    public int ParentGoid { get; }

    /// <summary>testing/synctest, Go 1.25 and later.</summary>
    public int Bubble { get; }

    /// <summary>testing/synctest as it was in Go 1.24.</summary>
    public int SyncGroup { get; }

    /// <summary>Go 1.25 and later.</summary>
    public int RunningCleanups { get; }

    public static GLayout Find(LayoutLadder layouts) => new(layouts.Find("runtime.g"));

    private static int Need(StructLayout g, string path, int size)
    {
        int offset = g.RequiredOffset(path);
        if (offset < 0 || offset > g.Size - size)
            throw new GoBinaryException($"field {path} of runtime.g lies at {offset}, outside its {g.Size} bytes ({g.Source}): the binary is damaged");
        return offset;
    }

    private static int Optional(StructLayout g, string path, int size) =>
        g.OffsetOf(path) is int offset && offset >= 0 && offset <= g.Size - size ? offset : -1;
}
