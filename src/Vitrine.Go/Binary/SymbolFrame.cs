namespace Vitrine.Go.Binary;

/// <summary>One call at a program counter, with everything that runtime/pprof looks at.</summary>
/// <param name="Pc">The program counter the call is at: for an inlined call's caller the position of the call inside it.</param>
/// <param name="Symbol">Full name as the linker knows it, type arguments of generic instances included.</param>
/// <param name="Name">The name as Go prints it: type arguments abbreviated to <c>[...]</c>.</param>
/// <param name="File">Source file; empty when unknown.</param>
/// <param name="Line">Line number; 0 when unknown.</param>
/// <param name="Inlined">True when the call was inlined into the frame that follows.</param>
/// <param name="FuncId">Which special function of the runtime this is.</param>
/// <param name="Entry">Entry address of the physical function; 0 when no Go function holds the pc.</param>
/// <param name="StartLine">Line of the <c>func</c> keyword; 0 when unknown.</param>
readonly record struct SymbolFrame(
    ulong Pc, string Symbol, string Name, string File, int Line, bool Inlined, GoFuncId FuncId, ulong Entry, int StartLine);
