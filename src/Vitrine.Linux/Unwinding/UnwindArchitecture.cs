using System.Runtime.InteropServices;
using Vitrine.Linux.Binaries;

namespace Vitrine.Linux.Unwinding;

/// <summary>
/// How an architecture numbers its registers in DWARF, and which of them a function must give back as it found them. The one place where the unwinder's table part differs
/// between x86-64 (https://gitlab.com/x86-psABIs/x86-64-ABI, figure 3.36) and arm64 (https://github.com/ARM-software/abi-aa/blob/main/aadwarf64/aadwarf64.rst). arm64 is untested.
/// </summary>
public sealed class UnwindArchitecture
{
    UnwindArchitecture(ElfMachine machine, int count, int stackPointer, int framePointer, int returnAddress, int instructionPointer, ulong calleeSaved)
    {
        Machine = machine;
        Count = count;
        StackPointer = stackPointer;
        FramePointer = framePointer;
        ReturnAddress = returnAddress;
        InstructionPointer = instructionPointer;
        CalleeSaved = calleeSaved;
    }

    /// <summary>rax 0, rdx 1, rcx 2, rbx 3, rsi 4, rdi 5, rbp 6, rsp 7, r8 to r15 8 to 15, return address 16, which here is the instruction pointer of a frame.</summary>
    public static UnwindArchitecture X64 { get; } = new(ElfMachine.Amd64, 17, 7, 6, 16, 16, 1UL << 3 | 1UL << 6 | 0xFUL << 12);

    /// <summary>x0 to x30 0 to 30 (x29 the frame pointer, x30 the link register), sp 31, pc 32.</summary>
    public static UnwindArchitecture Arm64 { get; } = new(ElfMachine.Arm64, 33, 31, 29, 30, 32, 0x3FFUL << 19 | 1UL << 29 | 1UL << 30);

    /// <summary>That of this machine.</summary>
    public static UnwindArchitecture OfThisMachine => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Arm64 : X64;

    /// <summary>What ELF calls it.</summary>
    public ElfMachine Machine { get; }

    /// <summary>Registers that there are: 0 to <see cref="Count"/> - 1.</summary>
    public int Count { get; }

    /// <summary>Number of the stack pointer.</summary>
    public int StackPointer { get; }

    /// <summary>Number of the register that frame pointers are kept in.</summary>
    public int FramePointer { get; }

    /// <summary>Number of the column that has the return address, unless a table names another one.</summary>
    public int ReturnAddress { get; }

    /// <summary>Number under which the instruction pointer of a frame is kept.</summary>
    public int InstructionPointer { get; }

    /// <summary>The registers (bit = number) that have the caller's value when no rule says otherwise.</summary>
    public ulong CalleeSaved { get; }
}
