using System.Buffers.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Linux.Unwinding;

/// <summary>
/// The walk through generated x86-64 code by frame pointer. Assumption: a method that calls keeps rbp as its frame pointer, with the caller's rbp at [rbp] and the return address behind it, which
/// .NET does on Linux in all but very small methods (those that a runtime's own rules know: <see cref="IGeneratedCode"/>).
/// <para>
/// At the interrupted instruction the frame may not be made yet, or be gone already. A few instructions are decoded there: a prologue ends with <c>lea rbp,[rsp+n]</c> or <c>mov rbp,rsp</c>, which
/// occurs nowhere else, and an epilogue with <c>ret</c>. So no caller is left out there and none is made up. A return address is believed when a call stands before it.
/// </para>
/// <para>
/// Code that makes no frame (write barriers, stubs, hand-written leaves) is interrupted with its caller's frame pointer in rbp; walking by that would leave the caller out. Its return address lies
/// between rsp and rbp then. So rbp is believed when nothing there is a return address; when the word at rsp is one whose call leads here, that is the caller; otherwise the caller is not known.
/// </para>
/// </summary>
sealed class X64FramePointers(ProcessCode code)
{
    const int Rsp = 7, Rbp = 6, Rip = 16;

    /// <summary>Bytes of a prologue or epilogue that are looked at.</summary>
    const int Window = 64;

    /// <summary>A frame is not larger than that.</summary>
    const ulong LargestFrame = 64 << 20;

    /// <summary>Bytes of the stack that are looked through for a return address; a larger frame of unknown code is not believed.</summary>
    const int LargestSearched = 16 << 10;

    /// <summary>Bytes that code without a frame has at most, from where it is called: the longest write barrier has some 200.</summary>
    const ulong LargestLeaf = 512;

    // Return addresses that were found to stand behind a call: one read of the target's memory for each, not for each sample.
    readonly ulong[] _calls = new ulong[4096];

    public GeneratedStep Step(ulong address, bool isInterrupted, ref RegisterSet registers, IStackMemory memory, ref int budget, out FrameRule rule)
    {
        rule = FrameRule.FramePointer;
        if (!registers.IsKnown(Rsp))
            return GeneratedStep.NotMine;
        if (isInterrupted && TryAtEdge(address, ref registers, memory))
        {
            rule = FrameRule.Instructions;
            return GeneratedStep.Done;
        }
        if (isInterrupted && !IsOwnFrame(registers, memory, ref budget, out var isReadable))
        {
            if (TryReturn(registers[Rsp], memory, out var back) && LeadsTo(back, address))
            {
                rule = FrameRule.Instructions;
                SetCaller(ref registers, back, registers[Rsp] + 8);
                return GeneratedStep.Done;
            }
            return isReadable ? GeneratedStep.NotMine : GeneratedStep.StackNotReadable;
        }
        return ByFramePointer(ref registers, memory);
    }

    /// <summary>Whether rbp, if it points to a frame at all, points to that of the interrupted code: nothing between rsp and it can be this code's return address.</summary>
    bool IsOwnFrame(in RegisterSet registers, IStackMemory memory, ref int budget, out bool isReadable)
    {
        // Each word takes a search in the mappings and, when it is in one, a read of the target's memory.
        const int block = 512, wordSteps = 4;
        isReadable = true;
        ulong stack = registers[Rsp], frame = registers[Rbp];
        if (!registers.IsKnown(Rbp) || ((stack | frame) & 7) != 0 || frame < stack || frame - stack > LargestSearched)
            return false;
        Span<byte> bytes = stackalloc byte[block];
        for (var at = stack; at < frame; at += block)
        {
            var words = bytes[..(int)Math.Min(frame - at, block)];
            if (!memory.TryRead(at, words))
            {
                isReadable = false;
                return false;
            }
            for (; words.Length > 0; words = words[8..])
            {
                if ((budget -= wordSteps) < 0 || IsReturnAddress(BinaryPrimitives.ReadUInt64LittleEndian(words)))
                    return false;
            }
        }
        return true;
    }

    /// <summary>
    /// Whether the call before a return address leads to the code at an address, over jumps (linkage tables, jump stubs), and that code does not begin with a frame. Calls of a register or through one
    /// say nothing.
    /// </summary>
    bool LeadsTo(ulong back, ulong address)
    {
        const int mostJumps = 4;
        Span<byte> bytes = stackalloc byte[16];
        // 1. call rel32, or call [rip+n].
        if (!code.Memory.TryRead(back - 6, bytes[..6]))
            return false;
        var relative = unchecked(back + (ulong)BinaryPrimitives.ReadInt32LittleEndian(bytes[2..]));
        ulong target;
        if (bytes[1] == 0xE8 && code.Find(relative) is not null)
            target = relative;
        else if (!Begins(bytes, 0xFF, 0x15) || !TryPointer(relative, out target))
            return false;

        // 2. To where it goes on from there.
        for (var jumps = 0; jumps <= mostJumps; jumps++)
        {
            if (code.Find(target) is not { } area)
                return false;
            var at = bytes[..code.Memory.Read(target, bytes)];
            var skipped = Begins(at, 0xF3, 0x0F, 0x1E, 0xFA) ? 4 : 0; // endbr64
            at = at[skipped..];
            if (Begins(at, 0xF2)) // bnd, as in linkage tables
            {
                skipped++;
                at = at[1..];
            }
            ulong next;
            int length;
            if (Begins(at, 0xE9) && at.Length >= 5)
                (length, next) = (5, unchecked(target + (ulong)(skipped + 5) + (ulong)BinaryPrimitives.ReadInt32LittleEndian(at[1..])));
            else if (Begins(at, 0xFF, 0x25) && at.Length >= 6 && TryPointer(unchecked(target + (ulong)(skipped + 6) + (ulong)BinaryPrimitives.ReadInt32LittleEndian(at[2..])), out next))
                length = 6;
            else if (Begins(at, 0x48, 0xB8) && at.Length >= 12 && at[10] == 0xFF && at[11] == 0xE0) // mov rax,n; jmp rax
                (length, next) = (12, BinaryPrimitives.ReadUInt64LittleEndian(at[2..]));
            else
                return address >= target && address - target < LargestLeaf && address < area.End && !BeginsAsFrame(target);
            if (address >= target && address - target < (ulong)(skipped + length))
                return true;
            target = next;
        }
        return false;
    }

    bool BeginsAsFrame(ulong address)
    {
        Span<byte> bytes = stackalloc byte[5];
        var at = bytes[..code.Memory.Read(address, bytes)];
        if (Begins(at, 0xF3, 0x0F, 0x1E, 0xFA))
            at = at[4..];
        return Begins(at, 0x55); // push rbp
    }

    bool TryPointer(ulong address, out ulong pointer)
    {
        Span<byte> bytes = stackalloc byte[8];
        var ok = code.Memory.TryRead(address, bytes);
        pointer = ok ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        return ok;
    }

    GeneratedStep ByFramePointer(ref RegisterSet registers, IStackMemory memory)
    {
        if (!registers.IsKnown(Rbp))
            return GeneratedStep.NotMine;
        ulong stack = registers[Rsp], frame = registers[Rbp];
        if (frame < stack || frame - stack > LargestFrame || (frame & 7) != 0)
            return GeneratedStep.NotMine;
        Span<byte> pair = stackalloc byte[16];
        if (!memory.TryRead(frame, pair))
            return GeneratedStep.StackNotReadable;
        var back = BinaryPrimitives.ReadUInt64LittleEndian(pair[8..]);
        if (back == 0)
            return GeneratedStep.Bottom;
        if (!IsReturnAddress(back))
            return GeneratedStep.NotMine;
        SetCaller(ref registers, back, frame + 16);
        registers[Rbp] = BinaryPrimitives.ReadUInt64LittleEndian(pair);
        return GeneratedStep.Done;
    }

    bool TryAtEdge(ulong address, ref RegisterSet registers, IStackMemory memory)
    {
        Span<byte> bytes = stackalloc byte[Window];
        var length = code.Memory.Read(address, bytes);
        if (TryPrologue(bytes[..length], registers[Rsp], ref registers, memory))
            return true;
        var after = registers;
        if (!X64Epilogue.TryFollow(bytes[..length], ref after, memory) || !IsReturnAddress(after[Rip]))
            return false;
        registers.KeepOnly(0);
        SetCaller(ref registers, after[Rip], after[Rsp]);
        if (after.IsKnown(Rbp))
            registers[Rbp] = after[Rbp];
        return true;
    }

    /// <summary>Follows pushes and the allocation of locals to the instruction that sets the frame pointer: where it will point, the caller's is or will be.</summary>
    bool TryPrologue(ReadOnlySpan<byte> at, ulong stack, ref RegisterSet registers, IStackMemory memory)
    {
        var top = stack;
        for (var steps = 0; steps < 16; steps++)
        {
            // push rbp; mov rbp,rsp
            if (Begins(at, 0x48, 0x8B, 0xEC) || Begins(at, 0x48, 0x89, 0xE5))
                return Frame(top, ref registers);
            // lea rbp,[rsp+n]
            if (Begins(at, 0x48, 0x8D, 0x6C, 0x24) && at.Length > 4)
                return Frame(top + at[4], ref registers);
            if (Begins(at, 0x48, 0x8D, 0xAC, 0x24) && at.Length >= 8)
                return Frame(top + BinaryPrimitives.ReadUInt32LittleEndian(at[4..]), ref registers);
            if (Begins(at, 0xF3, 0x0F, 0x1E, 0xFA)) // endbr64
            {
                at = at[4..];
            }
            else if (Begins(at, 0xC5, 0xF8, 0x77)) // vzeroupper
            {
                at = at[3..];
            }
            else if (at.Length > 0 && at[0] is >= 0x50 and <= 0x57)
            {
                top = top - 8;
                at = at[1..];
            }
            else if (at.Length > 1 && at[0] == 0x41 && at[1] is >= 0x50 and <= 0x57)
            {
                top = top - 8;
                at = at[2..];
            }
            else if (Begins(at, 0x48, 0x83, 0xEC) && at.Length > 3 && at[3] < 0x80)
            {
                top = top - at[3];
                at = at[4..];
            }
            else if (Begins(at, 0x48, 0x81, 0xEC) && at.Length >= 7)
            {
                top = top - BinaryPrimitives.ReadUInt32LittleEndian(at[3..]);
                at = at[7..];
            }
            else
            {
                return false;
            }
        }
        return false;

        bool Frame(ulong frame, ref RegisterSet registers)
        {
            // The caller's frame pointer goes right below the return address. It is the first push: when it lies below the stack pointer, nothing is pushed yet.
            if (frame + 8 < stack || frame - stack + 8 > LargestFrame || !TryReturn(frame + 8, memory, out var back))
                return false;
            if (frame >= stack)
            {
                if (!TryWord(frame, memory, out var saved))
                    return false;
                registers[Rbp] = saved;
            }
            SetCaller(ref registers, back, frame + 16);
            return true;
        }
    }

    static bool Begins(ReadOnlySpan<byte> at, params ReadOnlySpan<byte> bytes) => at.StartsWith(bytes);

    static bool TryWord(ulong address, IStackMemory memory, out ulong word)
    {
        Span<byte> bytes = stackalloc byte[8];
        var ok = memory.TryRead(address, bytes);
        word = ok ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        return ok;
    }

    bool TryReturn(ulong address, IStackMemory memory, out ulong back) => TryWord(address, memory, out back) && IsReturnAddress(back);

    static void SetCaller(ref RegisterSet registers, ulong instruction, ulong stack)
    {
        // rbx and r12 to r15 may have been saved anywhere in the frame.
        registers.KeepOnly(1UL << Rbp);
        registers[Rsp] = stack;
        registers[Rip] = instruction;
    }

    /// <summary>Whether a call stands before the address, in executable memory.</summary>
    public bool IsReturnAddress(ulong address)
    {
        if (address < 4096)
            return false;
        var slot = (int)((address ^ address >> 12) & (ulong)(_calls.Length - 1));
        if (_calls[slot] == address)
            return true;
        Span<byte> before = stackalloc byte[7];
        if (code.Find(address - 1) is not { } area || address - 7 < area.Start || !code.Memory.TryRead(address - 7, before) || !EndsWithCall(before))
            return false;
        _calls[slot] = address;
        return true;
    }

    /// <summary>call rel32, or call of a register or a place in memory: Intel SDM volume 2, CALL (E8, FF /2).</summary>
    internal static bool EndsWithCall(ReadOnlySpan<byte> before)
    {
        if (before.Length < 7)
            return false;
        if (before[^5] == 0xE8)
            return true;
        for (var length = 2; length <= 7; length++)
        {
            if (before[^length] != 0xFF)
                continue;
            int modRm = before[^(length - 1)], mode = modRm >> 6, operand = modRm & 7;
            if ((modRm >> 3 & 7) != 2)
                continue;
            var takes = 2;
            if (mode != 3)
            {
                if (operand == 4)
                {
                    if (length < 3)
                        continue;
                    takes++;
                    if (mode == 0 && (before[^(length - 2)] & 7) == 5)
                        takes += 4;
                }
                else if (mode == 0 && operand == 5)
                {
                    takes += 4;
                }
                takes += mode switch { 1 => 1, 2 => 4, _ => 0 };
            }
            if (takes == length)
                return true;
        }
        return false;
    }
}
