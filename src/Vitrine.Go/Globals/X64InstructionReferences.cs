using System.Runtime.InteropServices;
using Iced.Intel;

namespace Vitrine.Go.Globals;

/// <summary>
/// x86-64: RIP-relative operands, and absolute 32-bit displacements, which a non-PIE binary may use to index a table.
/// </summary>
sealed class X64InstructionReferences : IInstructionReferences
{
    /// <inheritdoc/>
    public string? Unsupported => null;

    /// <inheritdoc/>
    public void Collect(ReadOnlyMemory<byte> code, ulong address, IAnchorImage image, List<DataReference> into)
    {
        if (!MemoryMarshal.TryGetArray(code, out ArraySegment<byte> bytes)) bytes = code.ToArray();
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(bytes), address);
        var details = new InstructionInfoFactory();
        ulong end = address + (ulong)code.Length;
        while (decoder.IP < end && into.Count < AnchorLimits.MaxReferences)
        {
            // An undecodable byte is skipped by the decoder: what follows may be out of step for an instruction or two, which can only
            // add references that fit no anchor.
            decoder.Decode(out Instruction instruction);
            if (instruction.IsInvalid || !TryGetTarget(instruction, out ulong target)) continue;
            if (image.AreaOf(target) is not { } area) continue;
            if (instruction.Mnemonic == Mnemonic.Lea) into.Add(new(target, AccessKind.Address, 0, area));
            else if (KindOf(instruction, details) is { } kind)
                into.Add(new(target, kind, (byte)instruction.MemorySize.GetSize(), area));
        }
    }

    static bool TryGetTarget(in Instruction instruction, out ulong target)
    {
        if (instruction.IsIPRelativeMemoryOperand)
        {
            target = instruction.IPRelativeMemoryAddress;
            return true;
        }
        target = instruction.MemoryDisplacement64;
        return instruction.MemoryBase == Register.None && instruction.MemoryDisplSize >= 4 && instruction.SegmentPrefix == Register.None
            && target != 0 && HasMemoryOperand(instruction);
    }

    static bool HasMemoryOperand(in Instruction instruction)
    {
        for (int operand = 0; operand < instruction.OpCount; operand++)
            if (instruction.GetOpKind(operand) == OpKind.Memory) return true;
        return false;
    }

    static AccessKind? KindOf(in Instruction instruction, InstructionInfoFactory details)
    {
        foreach (UsedMemory memory in details.GetInfo(instruction).GetUsedMemory())
        {
            // A PUSH also uses the stack: the operand of interest is the one without a stack register.
            if (memory.Base is Register.RSP or Register.RBP) continue;
            return memory.Access switch
            {
                OpAccess.Read or OpAccess.CondRead => AccessKind.Read,
                OpAccess.Write or OpAccess.CondWrite => AccessKind.Write,
                OpAccess.ReadWrite or OpAccess.ReadCondWrite => AccessKind.ReadWrite,
                _ => null,
            };
        }
        return null;
    }
}
