using Vitrine.Go.Binary;
using Vitrine.Pprof;

namespace Vitrine.Go.Profiles;

/// <summary>
/// Turns the return addresses of a bucket into pprof locations exactly as runtime/pprof of the target's own Go version does, so that a profile
/// taken from outside can be merged and compared with one the process wrote itself. The recorded stack already has one address for each inlined
/// call; calls that share a physical function are put back together into one location.
/// <para>Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/pprof/proto.go (appendLocsForStack, pcDeck.tryAdd, emitLocation, allFrames),
/// https://github.com/golang/go/blob/go1.26.0/src/runtime/symtab.go (Frames.Next, expandFinalInlineFrame).</para>
/// </summary>
sealed class PprofStacks
{
    readonly FunctionTable _functions;
    readonly GoVersion _version;
    readonly ulong _bias;
    readonly ProfileBuilder _builder;
    readonly Func<ulong, int> _mappingOf;
    readonly Dictionary<ulong, CachedLocation> _locations = [];
    readonly Dictionary<string, int> _functionIndex = new(StringComparer.Ordinal);
    readonly Dictionary<ulong, bool> _isRuntime = [];
    readonly List<SymbolFrame> _deck = [];
    readonly List<SymbolFrame> _expanded = [];
    ulong _deckFirst;
    int _deckCount;

    /// <summary>Prepares the conversion.</summary>
    /// <param name="functions">The function table of the binary.</param>
    /// <param name="version">The Go version of the binary.</param>
    /// <param name="bias">Run-time address minus link-time address.</param>
    /// <param name="builder">Receives functions and locations.</param>
    /// <param name="mappingOf">The builder's mapping of a run-time address; -1 when there is none.</param>
    public PprofStacks(FunctionTable functions, GoVersion version, ulong bias, ProfileBuilder builder, Func<ulong, int> mappingOf)
    {
        _functions = functions;
        _version = version;
        _bias = bias;
        _builder = builder;
        _mappingOf = mappingOf;
    }

    readonly record struct CachedLocation(int Index, int Addresses, SymbolFrame First);

    /// <summary>
    /// Locations of a heap bucket's stack: the frames of the allocator at its leaf are left out; if nothing else is there, they are shown.
    /// </summary>
    public void AppendAllocation(ReadOnlySpan<ulong> stack, List<int> into)
    {
        int visible = 0;
        while (visible < stack.Length && IsRuntime(stack[visible]))
            visible++;
        if (visible == stack.Length)
            visible = 0;
        Append(stack[visible..], into);
        if (into.Count == 0)
            Append(stack, into);
    }

    /// <summary>
    /// Locations of a block or mutex bucket's stack. From Go 1.23 on these are physical return addresses, found by frame pointers, whose inlined
    /// calls are added when the profile is written; before they are as in heap buckets.
    /// </summary>
    public void AppendContention(ReadOnlySpan<ulong> stack, int maxDepth, List<int> into) =>
        Append(_version.AtLeast(1, 23) ? ExpandInlined(stack, maxDepth) : stack, into);

    /// <summary>
    /// Locations of a goroutine's stack: physical program counters, innermost first. As the runtime's goroutine profile records them, one address for
    /// each call, inlined ones included, without wrappers (https://github.com/golang/go/blob/go1.26.0/src/runtime/traceback.go, tracebackPCs).
    /// </summary>
    /// <param name="pcs">Run-time addresses of the instructions: for a return address the call before it.</param>
    /// <param name="into">Receives the locations.</param>
    public void AppendGoroutine(ReadOnlySpan<ulong> pcs, List<int> into)
    {
        var calls = new List<ulong>(pcs.Length * 2);
        GoFuncId callee = GoFuncId.Normal;
        foreach (ulong pc in pcs)
        {
            _expanded.Clear();
            _functions.ExpandSymbols(unchecked(pc - _bias), _expanded);
            foreach (SymbolFrame frame in _expanded)
            {
                if (frame.FuncId != GoFuncId.Wrapper || !ElidesWrapperCalling(callee))
                    calls.Add(unchecked(frame.Pc + _bias + 1));
                callee = frame.FuncId;
            }
        }
        Append(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(calls), into);
    }

    /// <summary>
    /// Locations of a stack that was taken from outside, as blockevent and mutexevent would have recorded it: without the runtime's own calls at the leaf,
    /// and before Go 1.23 without wrappers (https://github.com/golang/go/blob/go1.26.0/src/runtime/mprof.go, fpTracebackPartialExpand).
    /// </summary>
    /// <param name="pcs">Run-time addresses of the instructions, innermost first: for a return address the call before it.</param>
    /// <param name="skip">Calls to leave out, inlined ones counted.</param>
    /// <param name="into">Receives the locations.</param>
    public void AppendBlocked(ReadOnlySpan<ulong> pcs, int skip, List<int> into)
    {
        bool physical = _version.AtLeast(1, 23);
        var recorded = new List<ulong>(pcs.Length * 2);
        GoFuncId callee = GoFuncId.Normal;
        foreach (ulong pc in pcs)
        {
            if (physical && skip <= 0)
            {
                recorded.Add(unchecked(pc + 1));
                continue;
            }
            _expanded.Clear();
            _functions.ExpandSymbols(unchecked(pc - _bias), _expanded);
            foreach (SymbolFrame frame in _expanded)
            {
                if (skip-- <= 0 && (frame.FuncId != GoFuncId.Wrapper || !ElidesWrapperCalling(callee)))
                    recorded.Add(unchecked(frame.Pc + _bias + 1));
                callee = frame.FuncId;
            }
        }
        ReadOnlySpan<ulong> stack = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(recorded);
        Append(physical ? ExpandInlined(stack, int.MaxValue) : stack, into);
    }

    // FuncForPC looks the return address itself up, not the call before it: the runtime does the same here.
    bool IsRuntime(ulong address)
    {
        if (_isRuntime.TryGetValue(address, out bool known))
            return known;
        return _isRuntime[address] = IsRuntimeName(address);
    }

    bool IsRuntimeName(ulong address)
    {
        _expanded.Clear();
        _functions.ExpandSymbols(unchecked(address - _bias), _expanded);
        if (_expanded.Count == 0)
            return false;
        string name = _expanded[0].Name;
        return name.StartsWith("runtime.", StringComparison.Ordinal)
            || (_version.AtLeast(1, 24) && name.StartsWith("internal/runtime/", StringComparison.Ordinal));
    }

    void Append(ReadOnlySpan<ulong> recorded, List<int> into)
    {
        _deck.Clear();
        _deckCount = 0;
        ReadOnlySpan<ulong> stack = ExpandFinalInlined(recorded);
        while (stack.Length > 0)
        {
            ulong address = stack[0];
            if (_locations.TryGetValue(address, out CachedLocation known))
            {
                if (_deckCount > 0 && TryAdd(address, known.First))
                {
                    stack = stack[1..];
                    continue;
                }
                Emit(into);
                into.Add(known.Index);
                stack = stack[Math.Min(known.Addresses, stack.Length)..];
                continue;
            }

            SymbolFrame frame = FrameAt(address);
            if (frame.Name == "runtime.goexit")
            {
                Emit(into);
                stack = stack[1..];
                continue;
            }
            if (TryAdd(address, frame))
            {
                stack = stack[1..];
                continue;
            }
            Emit(into);
            if (_locations.TryGetValue(address, out known))
            {
                into.Add(known.Index);
                stack = stack[Math.Min(known.Addresses, stack.Length)..];
            }
            else
            {
                TryAdd(address, frame);
                stack = stack[1..];
            }
        }
        Emit(into);
    }

    // A frame joins the frames before it when they are calls inlined into the same physical function, and not the same function again (recursion).
    bool TryAdd(ulong address, in SymbolFrame frame)
    {
        if (_deck.Count > 0)
        {
            SymbolFrame last = _deck[^1];
            if (!last.Inlined || last.Entry == 0 || frame.Entry == 0 || last.Entry != frame.Entry)
                return false;
            if (_version.AtLeast(1, 22) ? last.Symbol == frame.Symbol : last.Name == frame.Name)
                return false;
        }
        if (_deckCount == 0)
            _deckFirst = address;
        _deckCount++;
        _deck.Add(frame);
        return true;
    }

    void Emit(List<int> into)
    {
        if (_deckCount == 0)
            return;
        var lines = new Line[_deck.Count];
        int count = 0;
        foreach (SymbolFrame frame in _deck)
        {
            // No Go function holds the address (C code): pprof gets the bare address.
            if (frame.Entry != 0)
                lines[count++] = new Line(FunctionOf(frame), frame.Line);
        }
        ulong address = _deck[0].Pc;
        int location = _builder.Location(_mappingOf(address), address, lines.AsSpan(0, count));
        _locations[_deckFirst] = new CachedLocation(location, _deckCount, _deck[0]);
        into.Add(location);
        _deck.Clear();
        _deckCount = 0;
    }

    // runtime/pprof tells functions apart by name alone; before Go 1.21 by the abbreviated one, and without their first line.
    int FunctionOf(in SymbolFrame frame)
    {
        bool modern = _version.AtLeast(1, 21);
        string name = modern ? frame.Symbol : frame.Name;
        if (!_functionIndex.TryGetValue(name, out int index))
        {
            index = _builder.Function(name, name, frame.File, modern ? frame.StartLine : 0);
            _functionIndex.Add(name, index);
        }
        return index;
    }

    /// <summary>What runtime.CallersFrames says of one return address: the innermost call at it, with run-time addresses.</summary>
    SymbolFrame FrameAt(ulong address)
    {
        _expanded.Clear();
        ExpandCall(address, _expanded);
        return _expanded.Count > 0 ? _expanded[0] : new SymbolFrame(unchecked(address - 1), "", "", "", 0, false, GoFuncId.Normal, 0, 0);
    }

    void ExpandCall(ulong address, List<SymbolFrame> into)
    {
        ulong pc = unchecked(address - _bias);
        if (!_functions.TryFind(pc, out GoFunction function))
            return;
        int from = into.Count;
        _functions.ExpandSymbols(pc > function.Entry ? pc - 1 : pc, into);
        for (int i = from; i < into.Count; i++)
            into[i] = into[i] with { Pc = unchecked(into[i].Pc + _bias) };
    }

    /// <summary>The last recorded address may stand for an inlined call whose callers did not fit: they are added.</summary>
    ulong[] ExpandFinalInlined(ReadOnlySpan<ulong> stack)
    {
        if (stack.Length == 0)
            return [];
        ulong last = stack[^1];
        _expanded.Clear();
        // The runtime looks for the function at the call, one below the return address.
        _functions.ExpandSymbols(unchecked(last - 1 - _bias), _expanded);
        if (_expanded.Count <= 1)
            return stack.ToArray();
        var expanded = new List<ulong>(stack.Length + _expanded.Count);
        expanded.AddRange(stack[..^1]);
        GoFuncId callee = GoFuncId.Normal;
        for (int i = 0; i < _expanded.Count; i++)
        {
            SymbolFrame frame = _expanded[i];
            bool physical = i == _expanded.Count - 1 && !_version.AtLeast(1, 21); // Go 1.19 keeps the physical function whatever it is
            if (physical || frame.FuncId != GoFuncId.Wrapper || !ElidesWrapperCalling(callee))
                expanded.Add(unchecked(frame.Pc + _bias + 1));
            callee = frame.FuncId;
        }
        return [.. expanded];
    }

    /// <summary>Adds the addresses of inlined calls that a physical stack leaves out (Frames.Next from Go 1.23 on).</summary>
    ulong[] ExpandInlined(ReadOnlySpan<ulong> stack, int maxDepth)
    {
        var expanded = new List<ulong>(stack.Length + 8);
        var calls = new List<SymbolFrame>();
        int next = 0;
        ulong pending = 0;
        while (expanded.Count < maxDepth && (pending != 0 || next < stack.Length))
        {
            ulong address = pending != 0 ? pending : stack[next++];
            pending = 0;
            calls.Clear();
            ExpandCall(address, calls);
            if (calls.Count == 0)
                continue;
            expanded.Add(calls[0].Pc + 1);
            for (int i = 1; i < calls.Count && next < stack.Length && stack[next] != calls[i].Pc + 1; i++)
            {
                if (calls[i].FuncId == GoFuncId.Wrapper && ElidesWrapperCalling(calls[0].FuncId))
                    continue;
                pending = calls[i].Pc + 1;
                break;
            }
        }
        return [.. expanded];
    }

    // A wrapper is left out unless it called into a panic: https://github.com/golang/go/blob/go1.26.0/src/runtime/traceback.go (elideWrapperCalling).
    static bool ElidesWrapperCalling(GoFuncId callee) => callee is not (GoFuncId.GoPanic or GoFuncId.SigPanic or GoFuncId.PanicWrap);
}
