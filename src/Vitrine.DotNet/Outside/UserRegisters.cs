using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Outside;

/// <summary>The registers of a thread as the kernel keeps them (<c>struct registers</c> of registers.bpf.h), as DWARF numbers them.</summary>
static class UserRegisters
{
    const int SystemCallX64 = 15, SystemCallArm64 = 8;

    // r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss.
    static ReadOnlySpan<sbyte> OrderX64 => [15, 14, 13, 12, 6, 3, 11, 10, 9, 8, 0, 2, 1, 4, 5, -1, 16, -1, -1, 7, -1];

    static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Bytes that they take on this machine: x0 to x30, sp, pc and the processor state on arm64.</summary>
    public static int Size { get; } = 8 * (IsArm64 ? 34 : OrderX64.Length);

    /// <summary>Reads them.</summary>
    /// <param name="words">The registers.</param>
    /// <param name="systemCall">The number of the system call; negative when the thread was interrupted in user mode. On arm64 the register that has it while a call lasts.</param>
    public static RegisterSet Read(ReadOnlySpan<byte> words, out long systemCall)
    {
        var registers = default(RegisterSet);
        var count = IsArm64 ? UnwindArchitecture.Arm64.Count : OrderX64.Length;
        for (var i = 0; i < count; i++)
        {
            var register = IsArm64 ? i : OrderX64[i];
            if (register >= 0)
                registers[register] = BinaryPrimitives.ReadUInt64LittleEndian(words[(8 * i)..]);
        }
        systemCall = BinaryPrimitives.ReadInt64LittleEndian(words[(8 * (IsArm64 ? SystemCallArm64 : SystemCallX64))..]);
        return registers;
    }
}
