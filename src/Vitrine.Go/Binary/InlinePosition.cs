namespace Vitrine.Go.Binary;

/// <summary>One source-level position of a pc: an inlined call, or the physical function itself.</summary>
/// <param name="Pc">Where the file and line of this position are looked up.</param>
/// <param name="NameOffset">Offset of the function's name in the function names.</param>
/// <param name="FuncId">Function id as recorded.</param>
/// <param name="StartLine">Line of the <c>func</c> keyword; 0 when unknown.</param>
readonly record struct InlinePosition(ulong Pc, int NameOffset, byte FuncId, int StartLine);
