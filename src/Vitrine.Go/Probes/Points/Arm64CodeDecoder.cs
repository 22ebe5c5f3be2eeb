using System.Buffers.Binary;
using System.Globalization;

namespace Vitrine.Go.Probes.Points;

/// <summary>
/// arm64, untested on a live process. What is emulated: https://github.com/torvalds/linux/blob/v6.12/arch/arm64/kernel/probes/decode-insn.c
/// (branches, returns, ADR, ADRP, literal loads); encodings: Arm Architecture Reference Manual, "Top-level encodings for A64".
/// </summary>
sealed class Arm64CodeDecoder : ICodeDecoder
{
    const int WordBytes = 4;

    /// <inheritdoc/>
    public bool TryDecode(byte[] code, ulong address, List<CodeInstruction> into)
    {
        // A text section ends on an instruction; bytes behind the last whole one are no code.
        for (var at = 0; at + WordBytes <= code.Length; at += WordBytes)
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(code.AsSpan(at));
            var pc = address + (ulong)at;
            var (flow, target) = FlowOf(word, pc);
            into.Add(new CodeInstruction(pc, WordBytes, flow, TreatmentOf(word, flow), target));
        }
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>Names what surely leaves x0–x15, x28 and SP alone; everything else counts as a change.</remarks>
    public bool Clobbers(ReadOnlySpan<byte> instruction, ulong address)
    {
        var word = BinaryPrimitives.ReadUInt32LittleEndian(instruction);
        var (flow, _) = FlowOf(word, address);
        if (flow is CodeFlow.Jump or CodeFlow.ConditionalJump || word == 0xd503201f)
            return false;
        var destination = word & 31;
        // x16, x17 and x27 belong to the assembler and the linker; 31 is the zero register in a comparison.
        var isScratch = destination is 16 or 17 or 27;
        var isCompare = destination == 31;
        if ((word & 0xbfc00000) == 0xb9400000 || (word & 0x9f000000) == 0x90000000 || (word & 0x7f800000) is 0x52800000 or 0x72800000)
            return !isScratch; // ldr (unsigned offset), adrp, movz, movk
        if ((word & 0x1f000000) is 0x11000000 or 0x0b000000)
        {
            // add, sub with an immediate or a register: 31 is SP unless flags are set.
            var setsFlags = (word & 0x20000000) != 0;
            return !(isScratch || (setsFlags && isCompare));
        }
        return (word & 0xbfc00000) != 0xb9000000; // str (unsigned offset) changes nothing
    }

    /// <inheritdoc/>
    public string Text(ReadOnlySpan<byte> instruction, ulong address)
    {
        var word = BinaryPrimitives.ReadUInt32LittleEndian(instruction);
        return FlowOf(word, address) switch
        {
            (CodeFlow.Return, _) => "ret",
            (CodeFlow.Jump, var to) => Branch("b", to),
            (CodeFlow.Call, var to) => Branch("bl", to),
            (CodeFlow.ConditionalJump, var to) => Branch((word & 0xff000010) == 0x54000000 ? "b.cond" : (word & 0x7e000000) == 0x34000000 ? "cbz" : "tbz", to),
            _ => string.Create(CultureInfo.InvariantCulture, $".word 0x{word:x8}"),
        };
    }

    static string Branch(string name, ulong target) => string.Create(CultureInfo.InvariantCulture, $"{name} 0x{target:x}");

    static (CodeFlow Flow, ulong Target) FlowOf(uint word, ulong pc)
    {
        if ((word & 0x7c000000) == 0x14000000)
            return ((word & 0x80000000) != 0 ? CodeFlow.Call : CodeFlow.Jump, Relative(word, 0, 26, pc));
        if ((word & 0xff000010) == 0x54000000 || (word & 0x7e000000) == 0x34000000)
            return (CodeFlow.ConditionalJump, Relative(word, 5, 19, pc));
        if ((word & 0x7e000000) == 0x36000000)
            return (CodeFlow.ConditionalJump, Relative(word, 5, 14, pc));
        return (word & 0xfffffc1f) switch
        {
            0xd61f0000 => (CodeFlow.IndirectJump, 0),
            0xd63f0000 => (CodeFlow.IndirectCall, 0),
            0xd65f0000 => (CodeFlow.Return, 0),
            // udf (padding), brk, hlt
            _ when word >> 16 == 0 || (word & 0xff000000) == 0xd4000000 && (word & 0x00e0001f) != 1 => (CodeFlow.Stop, 0),
            _ => (CodeFlow.Next, 0),
        };
    }

    static ulong Relative(uint word, int shift, int bits, ulong pc)
    {
        var value = (int)(word >> shift << (32 - bits)) >> (32 - bits);
        return unchecked(pc + (ulong)((long)value * WordBytes));
    }

    static KernelTreatment TreatmentOf(uint word, CodeFlow flow)
    {
        if (flow is not (CodeFlow.Next or CodeFlow.Stop))
            return KernelTreatment.Emulates;
        // adr, adrp; ldr of a literal: 32 bits, 64 bits, sign-extended
        if ((word & 0x1f000000) == 0x10000000 || (word & 0xff000000) is 0x18000000 or 0x58000000 or 0x98000000)
            return KernelTreatment.Emulates;
        var isExclusive = (word & 0x3f000000) == 0x08000000;
        var isSystem = (word & 0xff000000) is 0xd4000000 or 0xd5000000 && word != 0xd503201f;
        return isExclusive || isSystem || flow == CodeFlow.Stop ? KernelTreatment.Refuses : KernelTreatment.SingleSteps;
    }
}
