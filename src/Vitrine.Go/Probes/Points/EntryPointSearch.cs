namespace Vitrine.Go.Probes.Points;

/// <summary>
/// The entry probe point of a function: an instruction that every call crosses exactly once, before an argument register, the goroutine's
/// register or SP has changed; if possible one that the kernel emulates.
/// <para>
/// From the entry there is one way until the first branch, so everything on it is crossed by every call. The stack check (<c>cmp; jbe</c>) does
/// not end it: a call that takes the branch grows its stack and starts the function anew, and crosses everything up to and including the branch
/// again. That is why the point lies behind the check: the <c>push rbp</c> of a frame from Go 1.21 on. Go 1.19 makes frames without a push;
/// there the emulated branch of the check is the point if the caller can tell its extra hits (<see cref="ProbePoint.IsStackCheck"/>), else the
/// instruction behind it, single-stepped.
/// </para>
/// </summary>
static class EntryPointSearch
{
    public static bool TryFind(FunctionCode code, bool allowStackCheck, out ProbePoint point)
    {
        var way = Way(code, out var stackCheck);
        var loop = LoopStart(code, way);

        CodeInstruction? stepped = null;
        for (var i = 0; i < way.Count && i < loop; i++)
        {
            var isBehindCheck = i > stackCheck;
            if (isBehindCheck && way[i].Treatment == KernelTreatment.Emulates)
            {
                point = code.Point(way[i]);
                return true;
            }
            if (isBehindCheck && stepped is null && way[i].Treatment == KernelTreatment.SingleSteps)
                stepped = way[i];
            if (code.Clobbers(way[i]))
                break;
        }

        point = default;
        if (allowStackCheck && stackCheck >= 0 && stackCheck < loop && !way.Take(stackCheck).Any(code.Clobbers))
            point = code.Point(way[stackCheck]) with { IsStackCheck = true };
        else if (stepped is { } instruction)
            point = code.Point(instruction);
        else
            return false;
        return true;
    }

    /// <summary>The instructions that every call crosses from the entry on, up to and including the first branch; and which of them is the last stack check (-1: none).</summary>
    static List<CodeInstruction> Way(FunctionCode code, out int stackCheck)
    {
        stackCheck = -1;
        var way = new List<CodeInstruction>();
        var seen = new HashSet<int>();
        var index = 0;
        while (way.Count < ProbePointLimits.MaxSteps && index >= 0 && index < code.Instructions.Count && seen.Add(index))
        {
            var instruction = code.Instructions[index];
            way.Add(instruction);
            switch (instruction.Flow)
            {
                case CodeFlow.Next:
                    index++;
                    break;
                case CodeFlow.Jump:
                    index = code.IndexOf(instruction.Target);
                    break;
                case CodeFlow.ConditionalJump when code.LeadsToMoreStack(instruction.Target):
                    stackCheck = way.Count - 1;
                    index++;
                    break;
                default:
                    return way;
            }
        }
        return way;
    }

    /// <summary>How many instructions of the way are surely crossed once only: those before the first that some jump leads back to.</summary>
    static int LoopStart(FunctionCode code, List<CodeInstruction> way)
    {
        var places = new Dictionary<ulong, int>();
        for (var i = 0; i < way.Count; i++)
            places[way[i].Address] = i;
        var start = way.Count;
        foreach (var jump in code.Jumps())
        {
            if (!places.TryGetValue(jump.Target, out var to))
                continue;
            // The way's own jumps lead forward on it.
            if (places.TryGetValue(jump.Address, out var from) && from < to)
                continue;
            start = Math.Min(start, to);
        }
        // A computed jump could lead back too, but not to before the frame is made: it would be made twice.
        return code.HasIndirectJumps ? Math.Min(start, way.FindIndex(code.MakesFrame) + 1) : start;
    }
}
