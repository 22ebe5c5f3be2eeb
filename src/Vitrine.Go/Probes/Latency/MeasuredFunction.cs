using Vitrine.Go.Probes.Points;
using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Latency;

/// <summary>One function that is measured.</summary>
/// <param name="Name">Full name.</param>
/// <param name="Bodies">Where its calls begin and end; several for a generic function.</param>
sealed record MeasuredFunction(string Name, IReadOnlyList<FunctionProbePoints> Bodies)
{
    /// <summary>The calls whose ends are seen in the caller; empty when ends are seen at returns.</summary>
    public IReadOnlyList<CallSite> Sites { get; init; } = [];

    /// <summary>The functions that names and patterns stand for, and those that cannot be measured.</summary>
    /// <exception cref="InvalidOptionException">A pattern is wrong, or there are too many functions.</exception>
    public static (List<MeasuredFunction> Functions, List<AbsentProbe> Absent) Find(ProbePointFinder finder, IReadOnlyList<string> patterns)
    {
        var functions = new List<MeasuredFunction>();
        var absent = new List<AbsentProbe>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pattern in patterns)
        {
            var bodies = finder.Match(pattern);
            if (bodies.Count == 0)
                absent.Add(new AbsentProbe(pattern, finder.WhyAbsent(pattern)));
            foreach (var same in bodies.GroupBy(body => body.Name, StringComparer.Ordinal).Where(same => seen.Add(same.Key)))
            {
                if (seen.Count > LatencyLook.MaxFunctions)
                    throw new InvalidOptionException($"more than {LatencyLook.MaxFunctions} functions were named; so many can be measured at once", "name fewer functions");
                // All bodies of a generic function or none: a part of the calls would be a wrong count.
                if (TryPoints(finder, same, out var points, out var reason))
                    functions.Add(new MeasuredFunction(same.Key, points));
                else
                    absent.Add(new AbsentProbe(same.Key, reason));
            }
        }
        return (functions, absent);
    }

    static bool TryPoints(ProbePointFinder finder, IEnumerable<Binary.GoFunction> bodies, out List<FunctionProbePoints> points, out string reason)
    {
        points = [];
        reason = "";
        foreach (var body in bodies)
        {
            if (!finder.TryFunction(body, out var found, out reason, allowStackCheck: true))
                return false;
            if (found.Returns.Count + found.TailJumps.Count == 0)
            {
                reason = "never returns";
                return false;
            }
            points.Add(found);
        }
        return true;
    }
}
