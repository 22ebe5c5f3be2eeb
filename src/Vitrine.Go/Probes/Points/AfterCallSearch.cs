namespace Vitrine.Go.Probes.Points;

/// <summary>
/// The points that are crossed after a call has returned: for each call site the first emulated instruction that execution cannot avoid behind it.
/// The search ends where the ways of the function meet again, because a point behind would also be crossed by calls that never made this call,
/// and cost them a hit: then the instruction behind the call itself is taken, single-stepped.
/// </summary>
static class AfterCallSearch
{
    public static List<ProbePoint> Find(FunctionCode code, IReadOnlySet<ulong> callees)
    {
        var targets = code.Jumps().Select(jump => jump.Target).ToHashSet();
        var points = new List<ProbePoint>();
        for (var i = 0; i < code.Instructions.Count && points.Count < ProbePointLimits.MaxReturns; i++)
        {
            var call = code.Instructions[i];
            if (call.Flow == CodeFlow.Call && callees.Contains(call.Target) && Behind(code, i + 1, targets) is { } point)
                points.Add(point);
        }
        return points;
    }

    static ProbePoint? Behind(FunctionCode code, int index, HashSet<ulong> targets)
    {
        CodeInstruction? stepped = null;
        for (var step = 0; step < ProbePointLimits.MaxSteps && index < code.Instructions.Count; step++, index++)
        {
            var instruction = code.Instructions[index];
            if (instruction.Flow == CodeFlow.Stop || (stepped is not null && targets.Contains(instruction.Address)))
                break;
            if (instruction.Treatment == KernelTreatment.Emulates)
                return Shared(instruction);
            if (instruction.Treatment == KernelTreatment.SingleSteps)
                stepped ??= instruction;
            if (instruction.Flow is not (CodeFlow.Next or CodeFlow.IndirectCall))
                break;
        }
        return stepped is { } first ? Shared(first) : null;

        // A jump table may lead anywhere.
        ProbePoint Shared(CodeInstruction instruction) =>
            code.Point(instruction) with { IsShared = code.HasIndirectJumps || targets.Contains(instruction.Address) };
    }
}
