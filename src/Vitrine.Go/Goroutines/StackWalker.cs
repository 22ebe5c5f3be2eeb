using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// Walks the saved stack of a goroutine by the frame sizes in the binary's function table, as the runtime's own traceback does
/// (https://github.com/golang/go/blob/go1.26.0/src/runtime/traceback.go, unwinder). Frame pointers would be a little cheaper, but assembly
/// functions and the prologue of a function that was just called do not keep them, and a wrong frame is worse than a slow one.
/// The stack is a copy of untrusted memory: every step moves the stack pointer up by at least a word and stays inside the copy.
/// One per thread; nothing is allocated while walking.
/// </summary>
internal sealed class StackWalker
{
    /// <summary>Set in a program counter that is not a return address: the instruction itself was interrupted. User addresses never have this bit.</summary>
    public const ulong ExactPcBit = 1UL << 63;

    private readonly FrameCache _cache;
    private readonly ulong _bias;
    private readonly bool _interruptedByPreemption;
    private readonly GoArchitecture _machine;
    private ulong[] _pcs = new ulong[256];
    private ulong[] _frameBases = new ulong[256];

    /// <param name="cache">Frame sizes by program counter.</param>
    /// <param name="bias">Runtime address minus link-time address.</param>
    /// <param name="version">The runtime's traceback treats the caller of asyncPreempt as interrupted from Go 1.21 on.</param>
    /// <param name="machine">Where frames end and return addresses lie.</param>
    public StackWalker(FrameCache cache, ulong bias, GoVersion version, GoArchitecture machine)
    {
        _cache = cache;
        _machine = machine;
        _bias = bias;
        _interruptedByPreemption = version.AtLeast(1, 21);
    }

    /// <summary>Frames found by the last walk.</summary>
    public int Count { get; private set; }

    /// <summary>Program counters (target addresses) of the last walk, innermost first; <see cref="ExactPcBit"/> may be set.</summary>
    public ReadOnlySpan<ulong> Pcs => _pcs.AsSpan(0, Count);

    /// <summary>For each frame, the address behind its return address: where its arguments lie.</summary>
    public ReadOnlySpan<ulong> FrameBases => _frameBases.AsSpan(0, Count);

    /// <summary>Walks outwards.</summary>
    /// <param name="pc">The saved program counter.</param>
    /// <param name="sp">The saved stack pointer.</param>
    /// <param name="stack">A copy of the stack from <paramref name="sp"/> upwards.</param>
    /// <param name="whole">The copy ends where the stack ends; otherwise running over its end means that more must be read.</param>
    /// <param name="isSyscall">The registers were saved at the entry of a system call.</param>
    /// <param name="maxDepth">Frames followed at most.</param>
    public StackEnd Walk(ulong pc, ulong sp, ReadOnlySpan<byte> stack, bool whole, bool isSyscall, int maxDepth)
    {
        Count = 0;
        ulong baseAddress = sp;
        ulong exact = 0;
        if (pc == 0)
        {
            // A call of a nil function: start with its caller.
            if (stack.Length < 8)
                return StackEnd.OutsideStack;
            pc = MemoryMarshal.Read<ulong>(stack);
            sp += (uint)_machine.ReturnAddressBytes;
        }

        for (int depth = 0; ; depth++)
        {
            if (!_cache.TryGet(unchecked(pc - _bias), out FrameInfo frame))
                return depth == 0 ? StackEnd.UnknownPc : StackEnd.UnknownReturnAddress;
            if (frame.SpDelta < 0)
                return StackEnd.NoFrameSize;
            if (depth == maxDepth)
                return StackEnd.TooDeep;

            ulong frameBase = _machine.FrameBase(sp, frame.SpDelta);
            ulong returnSlot = unchecked(_machine.ReturnAddressSlot(sp, frameBase) - baseAddress);
            bool inside = returnSlot <= (ulong)stack.Length && (ulong)stack.Length - returnSlot >= 8;

            if ((frame.Flags & GoFuncFlags.TopFrame) != 0)
            {
                Add(pc | exact, frameBase);
                return StackEnd.Complete;
            }

            // cgocallback keeps both stacks walkable while it writes SP; a function entered by a system call wrote SP after it saved the registers.
            bool switchesStack = (frame.Flags & GoFuncFlags.SPWrite) != 0
                && frame.FuncId != GoFuncId.CgoCallback && !(isSyscall && depth == 0);
            if (switchesStack)
            {
                Add(pc | exact, frameBase);
                return StackEnd.StackSwitch;
            }

            if (!inside)
            {
                if (!whole)
                    return StackEnd.NotRead;
                Add(pc | exact, frameBase);
                return StackEnd.OutsideStack;
            }

            Add(pc | exact, frameBase);
            ulong returnAddress = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetReference(stack), (nint)returnSlot));
            if (returnAddress == 0 || (returnAddress & ExactPcBit) != 0)
                return StackEnd.UnknownReturnAddress;
            exact = frame.FuncId == GoFuncId.SigPanic
                || (_interruptedByPreemption && frame.FuncId is GoFuncId.AsyncPreempt or GoFuncId.DebugCall) ? ExactPcBit : 0;
            pc = returnAddress;
            sp = frameBase;
        }
    }

    private void Add(ulong pc, ulong frameBase)
    {
        if (Count == _pcs.Length)
        {
            // Bounded by the depth limit of the walk.
            Array.Resize(ref _pcs, _pcs.Length * 2);
            Array.Resize(ref _frameBases, _frameBases.Length * 2);
        }
        _pcs[Count] = pc;
        _frameBases[Count] = frameBase;
        Count++;
    }
}
