using System.Runtime.CompilerServices;

namespace Vitrine.Linux.Unwinding;

/// <summary>
/// The registers of one frame, by DWARF number, with which of them are known. A register that a function may overwrite without saving it is not known in its
/// caller: nothing is made up for it.
/// </summary>
public struct RegisterSet
{
    /// <summary>Registers that there is room for: arm64 has x0 to x30, sp and pc.</summary>
    public const int Capacity = 33;

    Values _values;
    ulong _known;

    [InlineArray(Capacity)]
    struct Values
    {
        ulong _first;
    }

    /// <summary>The value of a register.</summary>
    /// <param name="register">Its DWARF number, 0 to <see cref="Capacity"/> - 1.</param>
    public ulong this[int register]
    {
        readonly get => _values[register];
        set
        {
            _values[register] = value;
            _known |= 1UL << register;
        }
    }

    /// <summary>Whether the register has a value.</summary>
    public readonly bool IsKnown(int register) => (uint)register < Capacity && (_known >> register & 1) != 0;

    /// <summary>Takes the value away.</summary>
    public void Forget(int register)
    {
        _values[register] = 0;
        _known &= ~(1UL << register);
    }

    /// <summary>Keeps only the registers in the mask (bit = DWARF number).</summary>
    internal void KeepOnly(ulong mask) => _known &= mask;

    /// <summary>The registers that a walk on x86-64 needs at least. The others may be given by number.</summary>
    public static RegisterSet X64(ulong instructionPointer, ulong stackPointer, ulong framePointer) => new()
    {
        [UnwindArchitecture.X64.InstructionPointer] = instructionPointer,
        [UnwindArchitecture.X64.StackPointer] = stackPointer,
        [UnwindArchitecture.X64.FramePointer] = framePointer,
    };
}
