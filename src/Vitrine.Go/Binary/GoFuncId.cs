namespace Vitrine.Go.Binary;

/// <summary>
/// Functions that the runtime treats specially. The numbers in a binary shift between Go versions (corostart came with 1.22,
/// runCleanups with 1.25), so these values are Vitrine's own; <see cref="FunctionTable"/> translates.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/internal/abi/symtab.go (FuncID).
/// </summary>
public enum GoFuncId : byte
{
    /// <summary>Not special.</summary>
    Normal,

    /// <summary>An id this version of Vitrine does not know.</summary>
    Unknown,

    /// <summary><c>runtime.abort</c>.</summary>
    Abort,

    /// <summary><c>runtime.asmcgocall</c>.</summary>
    AsmCgoCall,

    /// <summary><c>runtime.asyncPreempt</c>: the frame below it was interrupted, its pc is not a return address.</summary>
    AsyncPreempt,

    /// <summary><c>runtime.cgocallback</c>.</summary>
    CgoCallback,

    /// <summary><c>runtime.corostart</c> (Go 1.22+).</summary>
    CoroStart,

    /// <summary><c>runtime.debugCallV2</c>.</summary>
    DebugCall,

    /// <summary><c>runtime.gcBgMarkWorker</c>.</summary>
    GcBgMarkWorker,

    /// <summary><c>runtime.goexit</c>, the bottom of a goroutine's stack.</summary>
    GoExit,

    /// <summary><c>runtime.gogo</c>.</summary>
    GoGo,

    /// <summary><c>runtime.gopanic</c>.</summary>
    GoPanic,

    /// <summary><c>runtime.handleAsyncEvent</c>.</summary>
    HandleAsyncEvent,

    /// <summary><c>runtime.mcall</c>.</summary>
    MCall,

    /// <summary><c>runtime.morestack</c>.</summary>
    MoreStack,

    /// <summary><c>runtime.mstart</c>.</summary>
    MStart,

    /// <summary><c>runtime.panicwrap</c>.</summary>
    PanicWrap,

    /// <summary><c>runtime.rt0_go</c>.</summary>
    Rt0Go,

    /// <summary><c>runtime.runfinq</c> (to Go 1.24), <c>runtime.runFinalizers</c> (from 1.25).</summary>
    RunFinalizers,

    /// <summary><c>runtime.runCleanups</c> (Go 1.25+).</summary>
    RunCleanups,

    /// <summary><c>runtime.main</c>.</summary>
    RuntimeMain,

    /// <summary><c>runtime.sigpanic</c>: the frame below it faulted, its pc is not a return address.</summary>
    SigPanic,

    /// <summary><c>runtime.systemstack</c>.</summary>
    SystemStack,

    /// <summary><c>runtime.systemstack_switch</c>.</summary>
    SystemStackSwitch,

    /// <summary>Generated code (method wrappers, hash and equality functions): the runtime's traceback leaves it out.</summary>
    Wrapper,
}
