using Vitrine.Go.Binary;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// Tells the runtime's own goroutines, as <c>debug=2</c> does, by the function they started with
/// (https://github.com/golang/go/blob/go1.26.0/src/runtime/traceback.go, isSystemGoroutine). One per thread.
/// </summary>
internal sealed class SystemGoroutines(FunctionTable functions, ulong bias, WaitReasons reasons)
{
    private readonly AddressMap _starts = new();
    private StartKind[] _kinds = new StartKind[64];

    private enum StartKind : byte
    {
        User,
        System,
        Finalizers,
        Cleanups,
    }

    /// <param name="startPc">The function the goroutine started with.</param>
    /// <param name="waitReason">Its wait reason while it waits, else 0.</param>
    /// <param name="runsCleanups">g.runningCleanups.</param>
    public bool IsSystem(ulong startPc, byte waitReason, bool runsCleanups)
    {
        int number = _starts.Add(startPc, out bool isNew);
        if (isNew)
        {
            if (number == _kinds.Length)
                Array.Resize(ref _kinds, number * 2);
            _kinds[number] = Classify(startPc);
        }
        return _kinds[number] switch
        {
            StartKind.System => true,
            // The runtime asks a global whether a finalizer runs; that the goroutine is parked waiting for finalizers says the same.
            StartKind.Finalizers => reasons[waitReason] == "finalizer wait",
            StartKind.Cleanups => !runsCleanups,
            _ => false,
        };
    }

    private StartKind Classify(ulong startPc)
    {
        if (!functions.TryFind(unchecked(startPc - bias), out GoFunction function))
            return StartKind.User;
        return function.FuncId switch
        {
            GoFuncId.RuntimeMain or GoFuncId.CoroStart or GoFuncId.HandleAsyncEvent => StartKind.User,
            GoFuncId.RunFinalizers => StartKind.Finalizers,
            GoFuncId.RunCleanups => StartKind.Cleanups,
            _ => function.Name.StartsWith("runtime.", StringComparison.Ordinal) ? StartKind.System : StartKind.User,
        };
    }
}
