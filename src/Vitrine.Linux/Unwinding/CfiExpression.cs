namespace Vitrine.Linux.Unwinding;

/// <summary>
/// Evaluates the DWARF expressions that call frame information uses (DWARF 5, section 2.5): in procedure linkage tables, in the frames of signal handlers, and where a function aligned its
/// stack. Bounded in depth, and in steps by what the walk has left of its <see cref="StackUnwinder.MaximumSteps"/>.
/// </summary>
static class CfiExpression
{
    const int MaximumDepth = 64, MaximumSteps = 4096;

    /// <summary>What a read of the target's memory counts, in steps.</summary>
    const int ReadSteps = 16;

    /// <summary>Evaluates the expression with <paramref name="start"/> on the stack when it is not null; takes its steps from <paramref name="budget"/>, which is negative once they are used up.</summary>
    public static bool TryEvaluate(ReadOnlySpan<byte> bytes, int at, int length, in RegisterSet registers, IStackMemory memory, ulong? start, ref int budget, out ulong result)
    {
        result = 0;
        Span<ulong> stack = stackalloc ulong[MaximumDepth];
        Span<byte> word = stackalloc byte[8];
        var depth = 0;
        if (start is { } first)
            stack[depth++] = first;
        var reader = new CfiReader(bytes, at, at + length);
        for (var steps = 0; reader.HasMore; steps++)
        {
            if (steps == MaximumSteps || --budget < 0)
                return false;
            var code = reader.UInt8();

            // 1. Operations that take as many values as they need and leave one.
            var needs = Needs(code);
            if (needs < 0 || depth < needs || depth == MaximumDepth)
                return false;
            var top = depth > 0 ? stack[depth - 1] : 0;
            var below = depth > 1 ? stack[depth - 2] : 0;
            switch (code)
            {
                case 0x06: // DW_OP_deref
                    budget -= ReadSteps;
                    if (!memory.TryRead(top, word))
                        return false;
                    stack[depth - 1] = BitConverter.ToUInt64(word);
                    break;
                case 0x08: stack[depth++] = reader.UInt8(); break;                          // const1u
                case 0x09: stack[depth++] = (ulong)(sbyte)reader.UInt8(); break;            // const1s
                case 0x0A: stack[depth++] = reader.UInt16(); break;                         // const2u
                case 0x0B: stack[depth++] = (ulong)(short)reader.UInt16(); break;           // const2s
                case 0x0C: stack[depth++] = reader.UInt32(); break;                         // const4u
                case 0x0D: stack[depth++] = (ulong)(int)reader.UInt32(); break;             // const4s
                case 0x0E or 0x0F: stack[depth++] = reader.UInt64(); break;                 // const8u, const8s
                case 0x10: stack[depth++] = reader.Unsigned(); break;                       // constu
                case 0x11: stack[depth++] = (ulong)reader.Signed(); break;                  // consts
                case 0x12: stack[depth++] = top; break;                                     // dup
                case 0x13: depth--; break;                                                  // drop
                case 0x14: stack[depth++] = below; break;                                   // over
                case 0x15: // pick
                    var index = reader.UInt8();
                    if (index >= depth)
                        return false;
                    stack[depth] = stack[depth - 1 - index];
                    depth++;
                    break;
                case 0x16: (stack[depth - 1], stack[depth - 2]) = (below, top); break;      // swap
                case 0x17: // rot
                    var third = stack[depth - 3];
                    (stack[depth - 1], stack[depth - 2], stack[depth - 3]) = (below, third, top);
                    break;
                case 0x19: stack[depth - 1] = (long)top < 0 ? 0 - top : top; break;         // abs
                case 0x1F: stack[depth - 1] = 0 - top; break;                               // neg
                case 0x20: stack[depth - 1] = ~top; break;                                  // not
                case 0x23: stack[depth - 1] = top + reader.Unsigned(); break;               // plus_uconst
                case 0x1B or 0x1D: // div, mod
                    if (top == 0 || (long)top == -1 && below == 1UL << 63)
                        return false;
                    stack[--depth - 1] = code == 0x1B ? (ulong)((long)below / (long)top) : below % top;
                    break;
                case 0x1A: stack[--depth - 1] = below & top; break;                         // and
                case 0x1C: stack[--depth - 1] = below - top; break;                         // minus
                case 0x1E: stack[--depth - 1] = below * top; break;                         // mul
                case 0x21: stack[--depth - 1] = below | top; break;                         // or
                case 0x22: stack[--depth - 1] = below + top; break;                         // plus
                case 0x24: stack[--depth - 1] = top < 64 ? below << (int)top : 0; break;    // shl
                case 0x25: stack[--depth - 1] = top < 64 ? below >> (int)top : 0; break;    // shr
                case 0x26: stack[--depth - 1] = (ulong)((long)below >> (int)Math.Min(top, 63)); break; // shra
                case 0x27: stack[--depth - 1] = below ^ top; break;                         // xor
                case 0x29: stack[--depth - 1] = below == top ? 1UL : 0; break;              // eq
                case 0x2A: stack[--depth - 1] = (long)below >= (long)top ? 1UL : 0; break;  // ge
                case 0x2B: stack[--depth - 1] = (long)below > (long)top ? 1UL : 0; break;   // gt
                case 0x2C: stack[--depth - 1] = (long)below <= (long)top ? 1UL : 0; break;  // le
                case 0x2D: stack[--depth - 1] = (long)below < (long)top ? 1UL : 0; break;   // lt
                case 0x2E: stack[--depth - 1] = below != top ? 1UL : 0; break;              // ne
                case 0x28 or 0x2F: // bra, skip
                    var distance = (short)reader.UInt16();
                    if (code == 0x28 && stack[--depth] == 0)
                        break;
                    var target = reader.At + distance;
                    if (target < at || target > at + length)
                        return false;
                    reader = new CfiReader(bytes, target, at + length);
                    break;
                case >= 0x30 and <= 0x4F: stack[depth++] = (ulong)(code - 0x30); break;     // lit0 to lit31
                case >= 0x70 and <= 0x8F: // breg0 to breg31
                    if (!registers.IsKnown(code - 0x70))
                        return false;
                    stack[depth++] = registers[code - 0x70] + (ulong)reader.Signed();
                    break;
                case 0x92: // bregx
                    var register = reader.Unsigned();
                    if (register >= RegisterSet.Capacity || !registers.IsKnown((int)register))
                        return false;
                    stack[depth++] = registers[(int)register] + (ulong)reader.Signed();
                    break;
                case 0x94: // deref_size
                    var size = reader.UInt8();
                    budget -= ReadSteps;
                    word.Clear();
                    if (size is 0 or > 8 || !memory.TryRead(top, word[..size]))
                        return false;
                    stack[depth - 1] = BitConverter.ToUInt64(word);
                    break;
                case 0x96: break; // nop
            }
            if (reader.Failed)
                return false;
        }
        if (reader.Failed || depth == 0)
            return false;
        result = stack[depth - 1];
        return true;
    }

    /// <summary>Values that an operation takes from the stack; negative for one that call frame information does not use.</summary>
    static int Needs(byte code) => code switch
    {
        >= 0x08 and <= 0x11 or 0x2F or >= 0x30 and <= 0x4F or >= 0x70 and <= 0x8F or 0x92 or 0x96 or 0x15 => 0,
        0x06 or 0x12 or 0x13 or 0x19 or 0x1F or 0x20 or 0x23 or 0x28 or 0x94 => 1,
        0x14 or 0x16 or >= 0x1A and <= 0x1E or 0x21 or 0x22 or >= 0x24 and <= 0x27 or >= 0x29 and <= 0x2E => 2,
        0x17 => 3,
        _ => -1,
    };
}
