namespace Vitrine.Go.Binary;

/// <summary>
/// Translates the function ids of a Go version. The numbers are positions in a list that changed twice since 1.19, so an unknown
/// version's ids are learned from the functions themselves: <c>runtime.goexit</c> carries the id of goexit, and so on.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/internal/abi/symtab.go and its earlier versions (src/runtime/symtab.go for 1.19).
/// </summary>
static class FuncIdMap
{
    static readonly GoFuncId[] From125 =
    [
        GoFuncId.Normal, GoFuncId.Abort, GoFuncId.AsmCgoCall, GoFuncId.AsyncPreempt, GoFuncId.CgoCallback, GoFuncId.CoroStart, GoFuncId.DebugCall,
        GoFuncId.GcBgMarkWorker, GoFuncId.GoExit, GoFuncId.GoGo, GoFuncId.GoPanic, GoFuncId.HandleAsyncEvent, GoFuncId.MCall, GoFuncId.MoreStack,
        GoFuncId.MStart, GoFuncId.PanicWrap, GoFuncId.Rt0Go, GoFuncId.RuntimeMain, GoFuncId.RunFinalizers, GoFuncId.RunCleanups, GoFuncId.SigPanic,
        GoFuncId.SystemStack, GoFuncId.SystemStackSwitch, GoFuncId.Wrapper,
    ];

    static readonly GoFuncId[] From122 =
    [
        GoFuncId.Normal, GoFuncId.Abort, GoFuncId.AsmCgoCall, GoFuncId.AsyncPreempt, GoFuncId.CgoCallback, GoFuncId.CoroStart, GoFuncId.DebugCall,
        GoFuncId.GcBgMarkWorker, GoFuncId.GoExit, GoFuncId.GoGo, GoFuncId.GoPanic, GoFuncId.HandleAsyncEvent, GoFuncId.MCall, GoFuncId.MoreStack,
        GoFuncId.MStart, GoFuncId.PanicWrap, GoFuncId.Rt0Go, GoFuncId.RunFinalizers, GoFuncId.RuntimeMain, GoFuncId.SigPanic,
        GoFuncId.SystemStack, GoFuncId.SystemStackSwitch, GoFuncId.Wrapper,
    ];

    static readonly GoFuncId[] From118 = [.. From122.Where(id => id != GoFuncId.CoroStart)];

    // Name of the function that carries each id; where the function was renamed, both names.
    static readonly (string Name, GoFuncId Id)[] Carriers =
    [
        ("runtime.abort", GoFuncId.Abort), ("runtime.asmcgocall", GoFuncId.AsmCgoCall), ("runtime.asyncPreempt", GoFuncId.AsyncPreempt),
        ("runtime.cgocallback", GoFuncId.CgoCallback), ("runtime.corostart", GoFuncId.CoroStart), ("runtime.debugCallV2", GoFuncId.DebugCall),
        ("runtime.gcBgMarkWorker", GoFuncId.GcBgMarkWorker), ("runtime.goexit", GoFuncId.GoExit), ("runtime.gogo", GoFuncId.GoGo),
        ("runtime.gopanic", GoFuncId.GoPanic), ("runtime.handleAsyncEvent", GoFuncId.HandleAsyncEvent), ("runtime.mcall", GoFuncId.MCall),
        ("runtime.morestack", GoFuncId.MoreStack), ("runtime.mstart", GoFuncId.MStart), ("runtime.panicwrap", GoFuncId.PanicWrap),
        ("runtime.rt0_go", GoFuncId.Rt0Go), ("runtime.runfinq", GoFuncId.RunFinalizers), ("runtime.runFinalizers", GoFuncId.RunFinalizers),
        ("runtime.runCleanups", GoFuncId.RunCleanups), ("runtime.main", GoFuncId.RuntimeMain), ("runtime.sigpanic", GoFuncId.SigPanic),
        ("runtime.systemstack", GoFuncId.SystemStack), ("runtime.systemstack_switch", GoFuncId.SystemStackSwitch),
    ];

    /// <summary>The list of a tested version; null when the ids must be learned.</summary>
    public static GoFuncId[]? Of(GoVersion version) => GoVersionWindow.Of(version) switch
    {
        GoVersionSupport.TooNew or GoVersionSupport.Unknown => null,
        _ when version.AtLeast(1, 25) => From125,
        _ when version.AtLeast(1, 22) => From122,
        _ when version.AtLeast(1, 18) => From118,
        _ => null,
    };

    /// <summary>Learns the ids from the functions that carry them. One pass over the table.</summary>
    public static GoFuncId[] Learn(FunctionTable functions)
    {
        // Wrappers are the only special functions that come in numbers, so theirs is the most frequent id. It is settled first,
        // because an ABI wrapper has the name of the function it wraps and must not claim that function's id.
        var counts = new int[256];
        for (var i = 0; i < functions.Count; i++)
            counts[functions.RawFuncIdOf(functions[i])]++;
        var wrapper = 1;
        for (var raw = 2; raw < counts.Length; raw++)
        {
            if (counts[raw] > counts[wrapper])
                wrapper = raw;
        }

        var map = new GoFuncId[256];
        Array.Fill(map, GoFuncId.Unknown);
        map[0] = GoFuncId.Normal;
        map[wrapper] = GoFuncId.Wrapper;
        var found = functions.FindByNames([.. Carriers.Select(c => c.Name)]);
        foreach (var (name, id) in Carriers)
        {
            foreach (var function in found[name])
            {
                var raw = functions.RawFuncIdOf(function);
                if (map[raw] == GoFuncId.Unknown)
                    map[raw] = id;
            }
        }
        return map;
    }
}
