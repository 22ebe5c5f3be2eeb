using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Vitrine.Go.Binary;
using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Points;

/// <summary>
/// Finds the instructions of a Go binary that probes are put on. Works on stripped and position-independent binaries: functions come from the
/// function table, instructions from a decoder, file offsets from the program headers. amd64 is tested live, arm64 only by decoding.
/// </summary>
/// <remarks>
/// One name can have several bodies. Two of them with an assembly function, or a Go function that assembly calls: the body and a wrapper that
/// translates between the stack-based (ABI0) and the register-based calling convention; the body is meant, calls through the wrapper reach it.
/// And one for each shape of a generic function, which all count.
/// </remarks>
public sealed class ProbePointFinder(GoBinary binary)
{
    /// <summary>The entry probe point of a function with one body.</summary>
    /// <param name="function">Full name as Go prints it.</param>
    /// <param name="point">The point.</param>
    /// <param name="reason">Why there is none: "inlined everywhere", "not in this binary", "no safe point: …".</param>
    public bool TryEntry(string function, out ProbePoint point, out string reason)
    {
        point = default;
        if (!TryBodies(function, out var bodies, out reason))
            return false;
        if (bodies.Count > 1)
        {
            reason = $"has {bodies.Count} bodies (a generic function): each has an entry of its own";
            return false;
        }
        return TryEntry(bodies[0], out point, out reason);
    }

    /// <summary>The entry probe points of all bodies of a function; false when one of them has none, because calls would be missed.</summary>
    /// <param name="function">Full name as Go prints it.</param>
    /// <param name="points">One for each body.</param>
    /// <param name="reason">Why there are none.</param>
    /// <param name="allowStackCheck">The caller leaves out hits with the stack check's branch taken (<see cref="ProbePoint.IsStackCheck"/>).</param>
    public bool TryEntries(string function, out IReadOnlyList<ProbePoint> points, out string reason, bool allowStackCheck = false)
    {
        points = [];
        if (!TryBodies(function, out var bodies, out reason))
            return false;
        var found = new List<ProbePoint>(bodies.Count);
        foreach (var body in bodies)
        {
            if (!TryEntry(body, out var point, out reason, allowStackCheck))
                return false;
            found.Add(point);
        }
        points = found;
        return true;
    }

    /// <summary>The entry probe point of a body.</summary>
    /// <param name="body">One function of the binary's table.</param>
    /// <param name="point">The point.</param>
    /// <param name="reason">Why there is none.</param>
    /// <param name="allowStackCheck">The caller leaves out hits with the stack check's branch taken (<see cref="ProbePoint.IsStackCheck"/>).</param>
    public bool TryEntry(GoFunction body, out ProbePoint point, out string reason, bool allowStackCheck = false)
    {
        point = default;
        if (!FunctionCode.TryDecode(binary, body, out var code, out reason))
            return false;
        if (EntryPointSearch.TryFind(code, allowStackCheck, out point))
            return true;
        reason = "no safe point: no instruction is crossed exactly once per call with the arguments still in their registers";
        return false;
    }

    /// <summary>Every return instruction of all bodies of a function.</summary>
    /// <param name="function">Full name as Go prints it.</param>
    /// <param name="points">The points in address order; each SP there is the SP at the entry.</param>
    /// <param name="reason">Why there are none, e.g. "never returns".</param>
    public bool TryReturns(string function, out IReadOnlyList<ProbePoint> points, out string reason)
    {
        points = [];
        if (!TryBodies(function, out var bodies, out reason))
            return false;
        var found = new List<ProbePoint>();
        foreach (var body in bodies)
        {
            if (!FunctionCode.TryDecode(binary, body, out var code, out reason) || !TryReturns(code, out var returns, out reason))
                return false;
            found.AddRange(returns);
        }
        if (found.Count == 0)
            reason = "never returns: it has no return instruction";
        points = found;
        return found.Count > 0;
    }

    /// <summary>Where calls of a body begin and end.</summary>
    public bool TryFunction(GoFunction body, [NotNullWhen(true)] out FunctionProbePoints? points, out string reason, bool allowStackCheck = false)
    {
        points = null;
        if (!FunctionCode.TryDecode(binary, body, out var code, out reason) || !TryReturns(code, out var returns, out reason))
            return false;
        if (!EntryPointSearch.TryFind(code, allowStackCheck, out var entry))
        {
            reason = "no safe point: no instruction is crossed exactly once per call with the arguments still in their registers";
            return false;
        }
        // A conditional one (assembly only) does not always leave: such a call has no end that could be told.
        var leaves = code.Instructions.Where(i => i.Flow == CodeFlow.Jump && !code.Contains(i.Target)).Select(code.Point);
        points = new FunctionProbePoints(body, entry, returns) { TailJumps = [.. leaves.Take(ProbePointLimits.MaxReturns)] };
        return true;
    }

    /// <summary>The points that are crossed after <paramref name="callee"/> has returned into <paramref name="function"/>, one for each direct call.</summary>
    /// <param name="function">The caller.</param>
    /// <param name="callee">The function it calls; also found where the call goes through a wrapper of the same name.</param>
    /// <param name="points">The points; <see cref="ProbePoint.SpDelta"/> says how far SP is below the caller's entry.</param>
    /// <param name="reason">Why there are none.</param>
    public bool TryAfterCall(string function, string callee, out IReadOnlyList<ProbePoint> points, out string reason) =>
        TryAtCalls(function, callee, AfterCallSearch.Find, out points, out reason);

    /// <summary>
    /// Every direct call of a function in the whole program, each with an emulated point behind it that nothing else crosses. There calls end at a tenth
    /// of the cost of a return instruction, if nobody calls the function indirectly, which only the live process can tell.
    /// </summary>
    /// <param name="bodies">The bodies of one function.</param>
    /// <param name="sites">The calls.</param>
    /// <param name="reason">Why some call cannot be followed that way.</param>
    public bool TryCallSites(IReadOnlyList<GoFunction> bodies, out IReadOnlyList<CallSite> sites, out string reason)
    {
        var complete = CallSiteSearch.TryFind(binary, bodies, out var found, out reason);
        sites = complete ? found : [];
        return complete;
    }

    /// <summary>The direct calls of <paramref name="callee"/> in <paramref name="function"/>, each on the call itself: the callee's arguments are in their registers.</summary>
    /// <param name="function">The caller.</param>
    /// <param name="callee">The function it calls; also found where the call goes through a wrapper of the same name.</param>
    /// <param name="points">The points in address order.</param>
    /// <param name="reason">Why there are none.</param>
    public bool TryCalls(string function, string callee, out IReadOnlyList<ProbePoint> points, out string reason) =>
        TryAtCalls(
            function, callee, static (code, callees) => code.Instructions.Where(i => i.Flow == CodeFlow.Call && callees.Contains(i.Target)).Take(ProbePointLimits.MaxReturns).Select(code.Point), out points, out reason);

    /// <summary>The bodies that a name stands for, without the wrappers around them.</summary>
    /// <param name="function">Full name as Go prints it; the <c>[...]</c> of a generic function may be left out.</param>
    /// <param name="bodies">At least one, when true.</param>
    /// <param name="reason">Why there are none.</param>
    public bool TryBodies(string function, out IReadOnlyList<GoFunction> bodies, out string reason)
    {
        ArgumentNullException.ThrowIfNull(function);
        reason = "";
        var generic = function + "[...]";
        var byName = binary.Functions.FindByNames([function, generic]);
        var all = byName[function].Count > 0 ? byName[function] : byName[generic];
        // The wrapper that only translates between calling conventions is not asked for. A generated method has nothing but its wrapper.
        var own = all.Where(f => f.FuncId != GoFuncId.Wrapper).ToList();
        bodies = own.Count > 0 ? own : all;
        if (bodies.Count == 0)
            reason = WhyAbsent(function);
        return bodies.Count > 0;
    }

    /// <summary>
    /// The bodies of all functions that a pattern names: a full name (which wins, because names hold stars: <c>net/http.(*conn).serve</c>), a glob
    /// with <c>*</c> and <c>?</c>, or <c>/regex/</c>. In address order; empty when there are none.
    /// </summary>
    /// <exception cref="InvalidOptionException">Not a valid pattern, or it matches too many functions.</exception>
    public IReadOnlyList<GoFunction> Match(string pattern)
    {
        if (TryBodies(pattern, out var exact, out _))
            return exact;
        if (!FunctionPattern.IsPattern(pattern))
            return [];
        var expression = FunctionPattern.Parse(pattern);
        var found = new List<GoFunction>();
        var began = Stopwatch.StartNew();
        for (var i = 0; i < binary.Functions.Count; i++)
        {
            if (began.Elapsed > ProbePointLimits.MaxMatchTime)
                throw new InvalidOptionException($"{pattern} takes longer than {ProbePointLimits.MaxMatchTime.TotalSeconds:0} s on the {binary.Functions.Count} functions of this binary", "use a name or a glob");
            var function = binary.Functions[i];
            if (!expression.IsMatch(function.Name) || function.FuncId == GoFuncId.Wrapper)
                continue;
            found.Add(function);
            if (found.Count > ProbePointLimits.MaxMatches)
            {
                throw new InvalidOptionException(
                    $"{pattern} matches more than {ProbePointLimits.MaxMatches} functions, among them {found[0].Name} and {function.Name}", "name fewer functions");
            }
        }
        return found;
    }

    /// <summary>Why a function cannot be probed when the table has no body of that name.</summary>
    public string WhyAbsent(string function) =>
        FunctionPattern.IsPattern(function) ? "matches no function of this binary"
        : binary.Functions.MentionsName(function) ? "inlined everywhere: no code of its own in this binary" : "not in this binary";

    // Points at the direct calls of one function in the bodies of another.
    bool TryAtCalls(string function, string callee, Func<FunctionCode, HashSet<ulong>, IEnumerable<ProbePoint>> find, out IReadOnlyList<ProbePoint> points, out string reason)
    {
        points = [];
        if (!TryBodies(function, out var bodies, out reason))
            return false;
        var callees = binary.Functions.FindByName(callee).Select(f => f.Entry).ToHashSet();
        if (callees.Count == 0)
        {
            reason = $"{callee}: {WhyAbsent(callee)}";
            return false;
        }
        var found = new List<ProbePoint>();
        foreach (var body in bodies)
        {
            if (!FunctionCode.TryDecode(binary, body, out var code, out reason))
                return false;
            found.AddRange(find(code, callees));
        }
        points = found;
        if (found.Count > 0)
            return true;
        reason = $"does not call {callee} directly in this version";
        return false;
    }

    static bool TryReturns(FunctionCode code, out IReadOnlyList<ProbePoint> returns, out string reason)
    {
        reason = "";
        var found = code.Instructions.Where(i => i.Flow == CodeFlow.Return).Take(ProbePointLimits.MaxReturns + 1).Select(code.Point).ToList();
        returns = found;
        if (found.Count <= ProbePointLimits.MaxReturns)
            return true;
        reason = $"no safe point: more than {ProbePointLimits.MaxReturns} return instructions";
        return false;
    }
}
