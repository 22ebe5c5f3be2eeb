using Vitrine.Go.Binary;
using Vitrine.Go.Layouts;

namespace Vitrine.Go.Goroutines;

/// <summary>What the reader needs of a <c>runtime.m</c>, a thread: https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime2.go (type m).</summary>
internal sealed record MLayout(int ProcId, int CurG, int Bytes)
{
    private const int MaxBytes = 4096;

    /// <summary>The layout; null when the binary does not describe it.</summary>
    public static MLayout? Find(LayoutLadder layouts)
    {
        if (!layouts.TryFind("runtime.m", out StructLayout? m)
            || m.OffsetOf("procid") is not int procId || m.OffsetOf("curg") is not int curG)
            return null;
        int bytes = Math.Max(procId, curG) + 8;
        return procId < 0 || curG < 0 || bytes > MaxBytes ? null : new MLayout(procId, curG, bytes);
    }
}
