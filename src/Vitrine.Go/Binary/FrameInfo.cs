namespace Vitrine.Go.Binary;

/// <summary>What a stack walker needs to know about a program counter, and no more.</summary>
/// <param name="FunctionIndex">Index in <see cref="FunctionTable"/>; -1 when the pc is in no Go function.</param>
/// <param name="SpDelta">Bytes between SP at this pc and the frame's base (the word above the return address on amd64 is at SP + SpDelta + 8); -1 when unknown.</param>
/// <param name="FuncId">Which special function of the runtime this is, if any.</param>
/// <param name="Flags">TopFrame ends the walk, SPWrite makes the sp delta useless.</param>
public readonly record struct FrameInfo(int FunctionIndex, int SpDelta, GoFuncId FuncId, GoFuncFlags Flags);
