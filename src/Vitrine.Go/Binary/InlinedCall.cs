namespace Vitrine.Go.Binary;

/// <summary>One record of an inline tree.</summary>
/// <param name="FuncId">Function id of the called function, as recorded.</param>
/// <param name="NameOffset">Offset of its name in the function names.</param>
/// <param name="ParentPc">Bytes from the physical function's entry to an instruction whose position is the call site.</param>
/// <param name="StartLine">Line of its <c>func</c> keyword; 0 before Go 1.20.</param>
readonly record struct InlinedCall(byte FuncId, int NameOffset, int ParentPc, int StartLine);
