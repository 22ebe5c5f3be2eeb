using Iced.Intel;

namespace Vitrine.Go.Probes.Points;

/// <summary>
/// x86-64. What is emulated: https://github.com/torvalds/linux/blob/v6.12/arch/x86/kernel/uprobes.c, push_setup_xol_ops (push of a register)
/// and branch_setup_xol_ops (one-byte nop, jmp, call rel32, conditional jumps); what is refused: uprobe_init_insn there.
/// </summary>
sealed class X64CodeDecoder : ICodeDecoder
{
    readonly InstructionInfoFactory details = new();

    /// <inheritdoc/>
    public bool TryDecode(byte[] code, ulong address, List<CodeInstruction> into)
    {
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code), address);
        var end = address + (ulong)code.Length;
        while (decoder.IP < end)
        {
            decoder.Decode(out var instruction);
            if (instruction.IsInvalid)
                return false;
            var bytes = code.AsSpan((int)(instruction.IP - address), instruction.Length);
            var flow = FlowOf(instruction);
            var target = flow is CodeFlow.Jump or CodeFlow.ConditionalJump or CodeFlow.Call ? instruction.NearBranchTarget : 0;
            into.Add(new CodeInstruction(instruction.IP, (byte)instruction.Length, flow, TreatmentOf(instruction, bytes), target));
        }
        return true;
    }

    /// <inheritdoc/>
    public bool Clobbers(ReadOnlySpan<byte> instruction, ulong address)
    {
        foreach (var used in details.GetInfo(Decode(instruction, address)).GetUsedRegisters())
        {
            if (used.Access is OpAccess.Read or OpAccess.CondRead or OpAccess.NoMemAccess or OpAccess.None)
                continue;
            if (used.Register.GetFullRegister() is Register.RAX or Register.RBX or Register.RCX or Register.RDI or Register.RSI
                or Register.R8 or Register.R9 or Register.R10 or Register.R11 or Register.R14 or Register.RSP)
                return true;
        }
        return false;
    }

    /// <inheritdoc/>
    public string Text(ReadOnlySpan<byte> instruction, ulong address)
    {
        var formatter = new IntelFormatter();
        var text = new StringOutput();
        formatter.Format(Decode(instruction, address), text);
        return text.ToStringAndReset();
    }

    static Instruction Decode(ReadOnlySpan<byte> bytes, ulong address)
    {
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(bytes.ToArray()), address);
        return decoder.Decode();
    }

    static CodeFlow FlowOf(in Instruction instruction) => instruction.FlowControl switch
    {
        FlowControl.Next => instruction.Mnemonic == Mnemonic.Hlt ? CodeFlow.Stop : CodeFlow.Next,
        FlowControl.UnconditionalBranch => CodeFlow.Jump,
        FlowControl.ConditionalBranch => CodeFlow.ConditionalJump,
        // A system call is written as a call in Iced: execution goes on behind it.
        FlowControl.Call => instruction.IsCallNear ? CodeFlow.Call : CodeFlow.Next,
        FlowControl.IndirectCall => CodeFlow.IndirectCall,
        FlowControl.IndirectBranch => CodeFlow.IndirectJump,
        FlowControl.Return => CodeFlow.Return,
        _ => CodeFlow.Stop,
    };

    static KernelTreatment TreatmentOf(in Instruction instruction, ReadOnlySpan<byte> bytes)
    {
        if (IsEmulated(bytes))
            return KernelTreatment.Emulates;
        // Prefixes that uprobe_init_insn refuses, instructions its tables leave out, and encodings that some of the kernel's decoders do not know.
        var refused = instruction.HasLockPrefix
            || instruction.SegmentPrefix is Register.CS or Register.DS or Register.ES or Register.SS
            || instruction.IsPrivileged
            || instruction.Encoding != EncodingKind.Legacy
            || instruction.FlowControl is FlowControl.Interrupt or FlowControl.Exception or FlowControl.XbeginXabortXend
            || instruction.Mnemonic is Mnemonic.Syscall or Mnemonic.Sysenter or Mnemonic.Hlt or Mnemonic.Wait;
        return refused ? KernelTreatment.Refuses : KernelTreatment.SingleSteps;
    }

    static bool IsEmulated(ReadOnlySpan<byte> code) => code switch
    {
        // push rax … rdi, and with REX.B push r8 … r15.
        [>= 0x50 and <= 0x57] or [0x41, >= 0x50 and <= 0x57] => true,
        // nop, also as "xchg ax,ax". With REX.B the same opcode is a true exchange.
        [0x90] or [0x66, 0x90] => true,
        // jmp, call rel32, jcc.
        [0xeb, _] or [0xe9, _, _, _, _] or [0xe8, _, _, _, _] => true,
        [>= 0x70 and <= 0x7f, _] or [0x0f, >= 0x80 and <= 0x8f, _, _, _, _] => true,
        _ => false,
    };
}
