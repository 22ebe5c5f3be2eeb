namespace Vitrine.Go.Binary;

/// <summary>One source-level frame of a program counter: a physical function, or a call that the compiler inlined into it.</summary>
/// <param name="Function">Full name, e.g. <c>net/http.(*conn).serve</c>; generic instances end in <c>[...]</c> as Go prints them.</param>
/// <param name="File">Path as the compiler recorded it; empty when unknown.</param>
/// <param name="Line">Line number; 0 when unknown.</param>
/// <param name="Inlined">True when this frame was inlined into the frame that follows it.</param>
/// <param name="FuncId">Which special function of the runtime this is: lets a walker drop wrappers as the runtime's traceback does.</param>
/// <param name="FunctionEntry">Link-time entry address of the physical function that holds the program counter.</param>
/// <param name="StartLine">Line of the <c>func</c> keyword; 0 when unknown (before Go 1.20).</param>
public readonly record struct SourceFrame(
    string Function, string File, int Line, bool Inlined, GoFuncId FuncId, ulong FunctionEntry, int StartLine);
