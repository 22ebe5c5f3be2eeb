using System.Buffers.Binary;

namespace Vitrine.Linux.Unwinding;

/// <summary>
/// Follows the end of an x86-64 function: the release of its locals, its pops, and the return or the jump to the function that it ends in. What an epilogue may consist of is what
/// Microsoft's x64 convention prescribes, which .NET's compilers keep on Linux too (https://learn.microsoft.com/cpp/build/prolog-and-epilog).
/// </summary>
public static class X64Epilogue
{
    /// <summary>Bytes that are enough to see an epilogue to its end.</summary>
    public const int Window = 64;

    const int Rsp = 7, Rbp = 6, Rip = 16;
    const ulong LargestFrame = 64 << 20;

    // The processor's register numbers, as DWARF has them.
    static ReadOnlySpan<byte> Numbers => [0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>When the instructions are the rest of an epilogue, replaces the registers by the caller's.</summary>
    /// <param name="code">The instructions from the interrupted one on.</param>
    /// <param name="registers">The registers there.</param>
    /// <param name="memory">The stack.</param>
    public static bool TryFollow(ReadOnlySpan<byte> code, ref RegisterSet registers, IStackMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        if (!registers.IsKnown(Rsp))
            return false;
        var at = code;
        var after = registers;
        var stack = registers[Rsp];
        var top = stack;
        for (var steps = 0; steps < 16; steps++)
        {
            if (at.Length > 0 && at[0] is 0xC3 or 0xC2 || Begins(at, 0xF3, 0xC3) || steps > 0 && IsJump(at))
            {
                if (!TryWord(top, memory, out var back))
                    return false;
                after[Rsp] = top + 8;
                after[Rip] = back;
                registers = after;
                return true;
            }
            if (Begins(at, 0xC5, 0xF8, 0x77)) // vzeroupper
            {
                at = at[3..];
            }
            else if (Begins(at, 0x48, 0x83, 0xC4) && at.Length > 3 && at[3] < 0x80) // add rsp,n
            {
                top += at[3];
                at = at[4..];
            }
            else if (Begins(at, 0x48, 0x81, 0xC4) && at.Length >= 7)
            {
                top += BinaryPrimitives.ReadUInt32LittleEndian(at[3..]);
                at = at[7..];
            }
            else if (Begins(at, 0x48, 0x8D, 0x65) && at.Length > 3 && after.IsKnown(Rbp)) // lea rsp,[rbp+n]
            {
                top = unchecked(after[Rbp] + (ulong)(sbyte)at[3]);
                at = at[4..];
            }
            else if (Begins(at, 0x48, 0x8D, 0xA5) && at.Length >= 7 && after.IsKnown(Rbp))
            {
                top = unchecked(after[Rbp] + (ulong)BinaryPrimitives.ReadInt32LittleEndian(at[3..]));
                at = at[7..];
            }
            else if (Begins(at, 0xC9) && after.IsKnown(Rbp)) // leave
            {
                top = after[Rbp];
                if (!TryWord(top, memory, out var saved))
                    return false;
                after[Rbp] = saved;
                top += 8;
                at = at[1..];
            }
            else if (at.Length > 0 && at[0] is >= 0x58 and <= 0x5F and not 0x5C)
            {
                if (!Pop(Numbers[at[0] - 0x58], ref top, ref after, memory))
                    return false;
                at = at[1..];
            }
            else if (at.Length > 1 && at[0] == 0x41 && at[1] is >= 0x58 and <= 0x5F)
            {
                if (!Pop(Numbers[8 + at[1] - 0x58], ref top, ref after, memory))
                    return false;
                at = at[2..];
            }
            else
            {
                return false;
            }
            if (top < stack || top - stack > LargestFrame)
                return false;
        }
        return false;
    }

    // jmp rel32, jmp [rip+n], jmp register: only behind a part of an epilogue, since jumps are everywhere.
    static bool IsJump(ReadOnlySpan<byte> at) =>
        Begins(at, 0xE9) || Begins(at, 0xFF, 0x25) || Begins(at, 0x48, 0xFF, 0x25) || Begins(at, 0xFF, 0xE0) || Begins(at, 0x48, 0xFF, 0xE0);

    static bool Pop(int register, ref ulong top, ref RegisterSet registers, IStackMemory memory)
    {
        if (!TryWord(top, memory, out var value))
            return false;
        registers[register] = value;
        top += 8;
        return true;
    }

    static bool Begins(ReadOnlySpan<byte> at, params ReadOnlySpan<byte> bytes) => at.StartsWith(bytes);

    static bool TryWord(ulong address, IStackMemory memory, out ulong word)
    {
        Span<byte> bytes = stackalloc byte[8];
        var ok = memory.TryRead(address, bytes);
        word = ok ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        return ok;
    }
}
