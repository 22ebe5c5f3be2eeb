using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Points;
using Vitrine.Pprof;

namespace Vitrine.Go.Tests.Probes.Cpu;

/// <summary>
/// Holds every pair of physical frames of a profile against the machine code: the caller's address must be the last byte of a call instruction, and a direct
/// call must lead to the callee, or to something that jumps on to it.
/// </summary>
sealed class CallCheck(GoBinary binary, ulong bias)
{
    readonly Dictionary<int, FunctionCode?> _code = [];

    /// <summary>Pairs that were checked.</summary>
    public int Pairs { get; private set; }

    /// <summary>What is wrong with the pairs of a sample's stack; empty when nothing is.</summary>
    public IEnumerable<string> Wrong(Profile profile, Sample sample)
    {
        GoFunction? callee = null;
        foreach (var index in sample.LocationIndexes.ToArray())
        {
            var location = profile.Locations[index];
            // Placeholders and foreign code have no Go function: the pair with them says nothing.
            if (!binary.Functions.TryFind(unchecked(location.Address - bias), out var function))
            {
                callee = null;
                continue;
            }
            if (callee is { } called)
            {
                Pairs++;
                if (Explain(function, unchecked(location.Address - bias), called) is { Length: > 0 } wrong)
                    yield return $"{function.Name}+0x{location.Address - bias - function.Entry:x} -> {called.Name}: {wrong}";
            }
            callee = function;
        }
    }

    string Explain(GoFunction caller, ulong address, GoFunction callee)
    {
        // These stand above code that was interrupted.
        if (callee.FuncId is GoFuncId.AsyncPreempt or GoFuncId.SigPanic || callee.Name is "runtime.sigtramp" or "runtime.newstack")
            return "";
        if (CodeOf(caller) is not { } code)
            return "";
        var call = code.Instructions.LastOrDefault(instruction => instruction.Address <= address);
        if (call.Address + (ulong)call.Length != address + 1 || call.Flow is not (CodeFlow.Call or CodeFlow.IndirectCall))
            return $"0x{address:x} is not the end of a call";
        if (call.Target == 0 || !binary.Functions.TryFind(call.Target, out var target) || target.Index == callee.Index)
            return "";
        return JumpsOn(target, callee, 3) ? "" : $"it calls {target.Name}";
    }

    // Wrappers, which profiles leave out, and assembly that ends in a jump to the code proper.
    bool JumpsOn(GoFunction from, GoFunction to, int steps)
    {
        if (steps == 0 || CodeOf(from) is not { } code)
            return false;
        if (code.HasIndirectJumps)
            return true;
        var passesOn = code.Instructions.Where(instruction => !code.Contains(instruction.Target)
            && (instruction.IsDirectJump || (from.FuncId == GoFuncId.Wrapper && instruction.Flow == CodeFlow.Call)));
        foreach (var jump in passesOn)
        {
            if (binary.Functions.TryFind(jump.Target, out var target) && (target.Index == to.Index || JumpsOn(target, to, steps - 1)))
                return true;
        }
        return false;
    }

    FunctionCode? CodeOf(GoFunction function)
    {
        if (!_code.TryGetValue(function.Index, out var code))
            _code.Add(function.Index, code = FunctionCode.TryDecode(binary, function, out var decoded, out _) ? decoded : null);
        return code;
    }
}
