using System.Globalization;
using Vitrine.Go.Probes.Calibration;
using Vitrine.Go.Probes.Points;
using Vitrine.Go.Probes.Session;

namespace Vitrine.Go.Probes.Latency;

/// <summary>
/// Chooses where the ends of calls are seen. Returns are the sure way and the dear one. When the calls come so often that they would not fit into the
/// budget, the ends of the dearest functions are seen behind the calls in their callers, provided that a first look saw no other callers.
/// </summary>
static class EndPlan
{
    /// <summary>Entries of the map <c>sites</c> in latency.bpf.c.</summary>
    const int MaxSites = 4_096;

    /// <summary>Both programs of a call, about.</summary>
    const double ProgramsNs = 1_000;

    /// <param name="target">The process.</param>
    /// <param name="finder">Its points.</param>
    /// <param name="program">The program, for the first look.</param>
    /// <param name="functions">What is measured; those that end at their callers come back with their call sites.</param>
    /// <param name="ends">What was asked for.</param>
    /// <param name="notes">Receives what was decided and why.</param>
    public static List<MeasuredFunction> Choose(
        GoTarget target, ProbePointFinder finder, GoProbeProgram program, List<MeasuredFunction> functions, LatencyEnds ends, List<string> notes)
    {
        // Where returns are emulated too (arm64) there is nothing to gain.
        if (ends == LatencyEnds.Returns || !functions.Exists(HasDearEnds))
            return functions;
        if (ends == LatencyEnds.Callers)
            return Within(MaxSites, functions, function => AtCallers(finder, function, null, notes));

        var survey = CallerSurvey.Take(target, program, [.. functions.Select(function => function.Bodies)]);
        notes.Add(survey.Cost);
        var price = TrapCost.OfThisMachine.EmulatedNs + TrapCost.OfThisMachine.SingleSteppedNs + ProgramsNs;
        var shares = survey.PerSecond.Select(rate => rate * price / 1e9).ToArray();
        if (shares.Sum() <= program.Budget)
            return functions;
        return Within(MaxSites, functions, function => functions.IndexOf(function) is var i && shares[i] > program.Budget / functions.Count && HasDearEnds(function)
            ? AtCallers(finder, function, (survey.PerSecond[i], survey.Callers[i], survey.IsComplete), notes)
            : function);
    }

    static List<MeasuredFunction> Within(int room, List<MeasuredFunction> functions, Func<MeasuredFunction, MeasuredFunction> plan)
    {
        var planned = new List<MeasuredFunction>(functions.Count);
        foreach (var function in functions)
        {
            var one = room > 0 ? plan(function) : function;
            if (one.Sites.Count > room)
                one = function;
            room -= one.Sites.Count;
            planned.Add(one);
        }
        return planned;
    }

    static bool HasDearEnds(MeasuredFunction function) => function.Bodies.Any(body => body.Returns.Any(end => end.Mechanism == ProbeMechanism.SingleStepped));

    static MeasuredFunction AtCallers(ProbePointFinder finder, MeasuredFunction function, (double PerSecond, IReadOnlySet<ulong> Callers, bool AllCallers)? seen, List<string> notes)
    {
        var often = seen is { } rate ? string.Create(CultureInfo.InvariantCulture, $" is called some {rate.PerSecond:N0} times a second and") : "";
        if (!finder.TryCallSites([.. function.Bodies.Select(body => body.Function)], out var sites, out var reason))
        {
            notes.Add($"{function.Name}{often} ends at its returns, which are single-stepped: {reason}.");
            return function;
        }
        var known = sites.Select(site => site.ReturnAddress).ToHashSet();
        if (seen is { AllCallers: false })
        {
            notes.Add($"{function.Name}{often} ends at its returns, which are single-stepped: the first look had no room for all callers, so that it may also be called indirectly.");
            return function;
        }
        if (seen is { } survey && survey.Callers.Any(caller => !known.Contains(caller)))
        {
            notes.Add($"{function.Name}{often} ends at its returns, which are single-stepped: it is also called indirectly.");
            return function;
        }
        notes.Add($"{function.Name}{often} ends behind the calls in its callers ({sites.Count} {(sites.Count == 1 ? "place" : "places")}), where the kernel emulates. Calls from elsewhere are counted as lost.");
        return function with { Sites = sites };
    }
}
