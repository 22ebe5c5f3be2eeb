using System.Buffers.Binary;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Unwinding;

/// <summary>
/// Unwinding rules in the form that .NET's compilers write on x86-64, on Linux too: Microsoft's UNWIND_INFO (https://learn.microsoft.com/cpp/build/exception-handling-x64), with the runtime's own
/// operation for a frame pointer far from the stack pointer (UWOP_SET_FPREG_LARGE, src/coreclr/inc/win64unwind.h).
/// </summary>
static class X64UnwindInfo
{
    /// <summary>Bytes that the largest one takes: header, 255 codes, and what follows them.</summary>
    public const int MaximumBytes = 4 + (2 * 256) + 16;

    const int Rsp = 7, Rip = 16;
    const byte Push = 0, AllocateLarge = 1, AllocateSmall = 2, SetFrame = 3, Save = 4, SaveFar = 5, SetFrameLarge = 6, SaveVector = 8, SaveVectorFar = 9;

    // The processor's register numbers, as DWARF has them.
    static ReadOnlySpan<byte> Numbers => [0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>Whether the bytes can be unwinding rules.</summary>
    public static bool IsValid(ReadOnlySpan<byte> info) => info.Length >= 4 && (info[0] & 7) == 1 && info.Length >= 4 + (2 * info[2]);

    /// <summary>Whether the rest of the rules is with another function: a part of one that was moved away.</summary>
    public static bool IsChained(ReadOnlySpan<byte> info) => (info[0] >> 3 & 4) != 0;

    /// <summary>Whether the function keeps a frame pointer.</summary>
    public static bool HasFramePointer(ReadOnlySpan<byte> info) => (info[3] & 0xF) != 0;

    /// <summary>
    /// Bytes that a method with a frame pointer takes between its stack pointer, once its prologue is done, and its return address. Its first push is then the caller's frame pointer, which its own
    /// points at: .NET keeps frame pointers linked on Linux (genEstablishFramePointer, src/coreclr/jit/codegenxarch.cpp). False for methods that do otherwise.
    /// </summary>
    public static bool TryFrameSize(ReadOnlySpan<byte> info, out ulong size)
    {
        const int rbp = 6;
        size = 0;
        if (!IsValid(info) || IsChained(info))
            return false;
        var codes = info.Slice(4, 2 * info[2]);
        var first = -1;
        for (var i = 0; i < codes.Length;)
        {
            var operation = (byte)(codes[i + 1] & 0xF);
            var slots = Slots(operation, codes[i + 1] >> 4);
            if (slots == 0 || i + (2 * slots) > codes.Length)
                return false;
            first = operation == Push ? Numbers[codes[i + 1] >> 4] : -1;
            size += operation switch
            {
                Push => 8,
                AllocateSmall => ((ulong)(codes[i + 1] >> 4) * 8) + 8,
                AllocateLarge => slots == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(codes[(i + 2)..]) * 8UL : BinaryPrimitives.ReadUInt32LittleEndian(codes[(i + 2)..]),
                _ => 0,
            };
            i += 2 * slots;
        }
        // The codes are listed from the last instruction to the first.
        return first == rbp;
    }

    static int Slots(byte operation, int operand) => operation switch
    {
        Push or AllocateSmall or SetFrame => 1,
        AllocateLarge => operand == 0 ? 2 : 3,
        Save or SaveVector => 2,
        SaveFar or SetFrameLarge or SaveVectorFar => 3,
        _ => 0,
    };

    /// <summary>Replaces the registers by the caller's.</summary>
    /// <param name="info">The rules.</param>
    /// <param name="offset">Bytes from the function's first instruction to the one that it is at.</param>
    /// <param name="registers">The registers there.</param>
    /// <param name="memory">The stack.</param>
    /// <param name="isDamaged">True when the rules cannot be followed; else a false result means that the stack could not be read.</param>
    public static bool TryUnwind(ReadOnlySpan<byte> info, uint offset, ref RegisterSet registers, IStackMemory memory, out bool isDamaged)
    {
        isDamaged = true;
        if (!IsValid(info) || IsChained(info) || !registers.IsKnown(Rsp))
            return false;
        var caller = registers;
        var codes = info.Slice(4, 2 * info[2]);
        var frameRegister = Numbers[info[3] & 0xF];
        var isBody = offset >= info[1];

        // Where registers are saved is counted from the end of the prologue's allocations, which the frame pointer knows at any time.
        var frame = registers[Rsp];
        for (var i = 0; i < codes.Length;)
        {
            byte at = codes[i], operation = (byte)(codes[i + 1] & 0xF), operand = (byte)(codes[i + 1] >> 4);
            var slots = Slots(operation, operand);
            if (slots == 0 || i + (2 * slots) > codes.Length)
                return false;
            var argument = slots switch
            {
                2 => BinaryPrimitives.ReadUInt16LittleEndian(codes[(i + 2)..]),
                3 => BinaryPrimitives.ReadUInt32LittleEndian(codes[(i + 2)..]),
                _ => 0u,
            };
            i += 2 * slots;
            if (!isBody && at > offset)
                continue;
            switch (operation)
            {
                case Push:
                    SetOrForget(ref caller, Numbers[operand], caller[Rsp], memory);
                    caller[Rsp] += 8;
                    break;
                case AllocateLarge:
                    caller[Rsp] += operand == 0 ? argument * 8UL : argument;
                    break;
                case AllocateSmall:
                    caller[Rsp] += (operand * 8UL) + 8;
                    break;
                case SetFrame or SetFrameLarge:
                    if (!registers.IsKnown(frameRegister))
                        return false;
                    caller[Rsp] = registers[frameRegister] - (operation == SetFrame ? (ulong)(info[3] >> 4) * 16 : argument * 16UL);
                    frame = caller[Rsp];
                    break;
                case Save or SaveFar:
                    SetOrForget(ref caller, Numbers[operand], frame + (operation == Save ? argument * 8UL : argument), memory);
                    break;
            }
        }
        if (!TryWord(caller[Rsp], memory, out var back))
            return Unreadable(out isDamaged);
        // A frame lies above its callee: rules that say otherwise are of another function.
        if (caller[Rsp] < registers[Rsp])
            return false;
        caller[Rip] = back;
        caller[Rsp] += 8;
        registers = caller;
        isDamaged = false;
        return true;
    }

    /// <summary>A saved register that cannot be read is not known in the caller. That is no end: where only a part of the stack was copied, the return address may be known and it not.</summary>
    static void SetOrForget(ref RegisterSet registers, int register, ulong address, IStackMemory memory)
    {
        if (TryWord(address, memory, out var saved))
            registers[register] = saved;
        else
            registers.Forget(register);
    }

    static bool Unreadable(out bool isDamaged)
    {
        isDamaged = false;
        return false;
    }

    static bool TryWord(ulong address, IStackMemory memory, out ulong word)
    {
        Span<byte> bytes = stackalloc byte[8];
        var ok = memory.TryRead(address, bytes);
        word = ok ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        return ok;
    }
}
