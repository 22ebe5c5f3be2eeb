namespace Vitrine.Go.Probes.Points;

/// <summary>
/// The points that are crossed after a call has returned: for each call site the first emulated instruction that execution cannot avoid behind it.
/// The search ends where the ways of the function meet again, because a point behind would also be crossed by calls that never made this call,
/// and cost them a hit: then the instruction behind the call itself is taken, single-stepped.
/// </summary>
static class AfterCallSearch
{
    public static IEnumerable<ProbePoint> Find(FunctionCode code, IReadOnlySet<ulong> callees) =>
        Sites(code, callees).Where(site => site.After is not null).Select(site => site.After!.Value);

    /// <summary>Each direct call, with the point behind it if there is one.</summary>
    public static IEnumerable<(CodeInstruction Call, ProbePoint? After)> Sites(FunctionCode code, IReadOnlySet<ulong> callees)
    {
        var targets = code.Jumps().Select(jump => jump.Target).ToHashSet();
        var found = 0;
        for (var i = 0; i < code.Instructions.Count && found < ProbePointLimits.MaxReturns; i++)
        {
            var call = code.Instructions[i];
            if (call.Flow != CodeFlow.Call || !callees.Contains(call.Target))
                continue;
            found++;
            yield return (call, Behind(code, i + 1, targets));
        }
    }

    static ProbePoint? Behind(FunctionCode code, int index, HashSet<ulong> targets)
    {
        CodeInstruction? stepped = null;
        var joined = false;
        for (var step = 0; step < ProbePointLimits.MaxSteps && index < code.Instructions.Count; step++, index++)
        {
            var instruction = code.Instructions[index];
            var meets = targets.Contains(instruction.Address);
            if (instruction.Flow == CodeFlow.Stop || (stepped is not null && meets && !joined))
                break;
            joined |= meets;
            if (instruction.Treatment == KernelTreatment.Emulates)
                return Shared(instruction);
            if (instruction.Treatment == KernelTreatment.SingleSteps)
                stepped ??= instruction;
            if (instruction.Flow is not (CodeFlow.Next or CodeFlow.IndirectCall))
                break;
        }
        return stepped is { } first ? Shared(first) : null;

        // A jump table may lead anywhere.
        ProbePoint Shared(CodeInstruction instruction) => code.Point(instruction) with { IsShared = joined || code.HasIndirectJumps };
    }
}
