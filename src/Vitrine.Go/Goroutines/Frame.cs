namespace Vitrine.Go.Goroutines;

/// <summary>One logical frame of a stack: a function, or a function that was inlined into the next frame.</summary>
/// <param name="Function">The full name, as in the binary's function table.</param>
/// <param name="File">The source file.</param>
/// <param name="Line">The line being executed, or of the call.</param>
/// <param name="Inlined">It has no frame of its own: its code is part of the next frame that is not inlined.</param>
/// <param name="Pc">The program counter of the physical frame, in the target's address space: a return address, except for the innermost and for interrupted frames.</param>
/// <param name="PcOffset">Bytes from the entry of the physical frame's function to <paramref name="Pc"/>.</param>
/// <param name="IsRuntimeInternal"><c>debug=2</c> leaves this frame out (runtime internals and wrappers) unless it would print nothing at all.</param>
public sealed record Frame(string Function, string File, int Line, bool Inlined, ulong Pc, ulong PcOffset, bool IsRuntimeInternal);
