using Vitrine.Linux.Kernel;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Cpu;

/// <summary>
/// Makes one stack of what a sample has: the kernel's part of the call chain, native code by its unwinding rules over the copied stack, managed code by its frames, and what lies beyond the copy by
/// the kernel's chain of frame pointers. Allocates nothing once the binaries' tables are read.
/// </summary>
sealed unsafe class StackJoiner
{
    public const int MaximumFrames = 512;

    // The order of the registers in a sample (PERF_REG_X86_*: ax bx cx dx si di bp sp ip, r8 to r15), as DWARF numbers.
    static readonly int[] s_dwarf = [0, 3, 2, 1, 4, 5, 6, 7, 16, 8, 9, 10, 11, 12, 13, 14, 15];

    readonly StackUnwinder _unwinder;
    readonly SampledStack _stack = new();
    readonly ulong[] _frames = new ulong[MaximumFrames];

    public StackJoiner(StackUnwinder unwinder) => _unwinder = unwinder;

    /// <summary>Walks that went on in the kernel's chain.</summary>
    public long WentBeyond { get; private set; }

    /// <summary>Joins a sample's stack.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="kernelFrames">How many of the frames, from the leaf, are in the kernel.</param>
    /// <param name="end">Why the stack ends.</param>
    /// <returns>The frames, leaf first; valid until the next call.</returns>
    public ReadOnlySpan<ulong> Join(in SampleBlock.Sample sample, out int kernelFrames, out StackEnd end)
    {
        var chain = sample.Callchain;
        var count = kernelFrames = Kernel(chain, out var firstUser);
        end = StackEnd.Bottom;
        var registers = sample.Registers;
        if (registers.Length != s_dwarf.Length)
        {
            // No registers: a thread on its way out, or an architecture whose frames all have frame pointers. The chain is all there is.
            for (var i = firstUser; i < chain.Length && count < MaximumFrames; i++)
                if (chain[i] < PerfSample.ContextLimit)
                    _frames[count++] = i == firstUser ? chain[i] : chain[i] - 1;
            return _frames.AsSpan(0, count);
        }
        RegisterSet set = default;
        for (var i = 0; i < s_dwarf.Length; i++)
            set[s_dwarf[i]] = registers[i];
        fixed (byte* copy = sample.Stack)
        fixed (ulong* user = chain[firstUser..])
        {
            _stack.Set(set[7], copy, sample.Stack.Length, set[6], user, chain.Length - firstUser);
            count += _unwinder.Unwind(set, _stack, _frames.AsSpan(count), out var why);
            end = End(why.Kind);
        }
        if (_stack.WentBeyond) WentBeyond++;
        return _frames.AsSpan(0, count);
    }

    /// <summary>Takes the kernel's part of a chain.</summary>
    int Kernel(ReadOnlySpan<ulong> chain, out int firstUser)
    {
        var count = 0;
        firstUser = 0;
        var inKernel = false;
        for (var i = 0; i < chain.Length; i++)
        {
            if (chain[i] >= PerfSample.ContextLimit)
            {
                inKernel = chain[i] == PerfSample.KernelContext;
                if (chain[i] == PerfSample.UserContext)
                {
                    firstUser = i + 1;
                    return count;
                }
            }
            else if (inKernel && count < MaximumFrames / 2)
            {
                _frames[count++] = chain[i];
            }
        }
        firstUser = chain.Length;
        return count;
    }

    static StackEnd End(UnwindEndKind kind) => kind switch
    {
        UnwindEndKind.Bottom => StackEnd.Bottom,
        UnwindEndKind.TooDeep => StackEnd.TooDeep,
        UnwindEndKind.StackNotReadable => StackEnd.NotCopied,
        UnwindEndKind.NoRules => StackEnd.NoRules,
        _ => StackEnd.NoCaller,
    };
}
