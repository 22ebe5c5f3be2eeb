namespace Vitrine.Linux.Unwinding;

/// <summary>What a rule for generated code found out.</summary>
public enum GeneratedStep
{
    /// <summary>It does not know this code: the walk goes by frame pointer.</summary>
    NotMine,

    /// <summary>The registers are those of the caller now.</summary>
    Done,

    /// <summary>The stack holds nobody who called.</summary>
    Bottom,

    /// <summary>The stack could not be read.</summary>
    StackNotReadable,
}

/// <summary>Knows how the code is unwound that a runtime made or compiled ahead of time (<see cref="CodeKind.Generated"/>, <see cref="CodeKind.Image"/>).</summary>
public interface IGeneratedCode
{
    /// <summary>Replaces the registers of a frame by those of its caller. Allocates nothing.</summary>
    /// <param name="address">The instruction: for a frame that called, the byte before the return address.</param>
    /// <param name="isInterrupted">The frame was interrupted at the instruction; it did not call.</param>
    /// <param name="registers">The frame's registers.</param>
    /// <param name="memory">The stack.</param>
    GeneratedStep Step(ulong address, bool isInterrupted, ref RegisterSet registers, IStackMemory memory);
}
