namespace Vitrine.Go.Probes.Points;

/// <summary>One instruction to put a probe on. The state that a probe sees is the state before this instruction.</summary>
/// <param name="Address">Link-time address.</param>
/// <param name="FileOffset">Offset in the ELF file, as the kernel's uprobes count.</param>
/// <param name="Mechanism">What a hit costs.</param>
/// <param name="Instruction">The instruction as text, such as <c>push rbp</c>.</param>
public readonly record struct ProbePoint(ulong Address, ulong FileOffset, ProbeMechanism Mechanism, string Instruction)
{
    /// <summary>The bit of the attach cookie that tells a program that it sits on a stack check (AT_STACK_CHECK of go.bpf.h).</summary>
    public const ulong StackCheckCookie = 1UL << 63;

    /// <summary>Bytes from SP at this point to SP at the function's entry (where amd64 has the return address); -1 when unknown.</summary>
    public int SpDelta { get; init; }

    /// <summary>
    /// The conditional branch of the function's stack check. It is crossed once more for a call that has to grow its stack, each time with the
    /// branch taken: on amd64 CF or ZF is set, on arm64 C is clear or Z is set. A probe there leaves such a hit out.
    /// </summary>
    public bool IsStackCheck { get; init; }

    /// <summary>Other ways through the function cross it too: a hit without a beginning means nothing.</summary>
    public bool IsShared { get; init; }
}
