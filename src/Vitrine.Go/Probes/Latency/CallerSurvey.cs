using System.Diagnostics;
using Vitrine.Go.Probes.Points;
using Vitrine.Go.Probes.Session;

namespace Vitrine.Go.Probes.Latency;

/// <summary>A first look of a tenth of a second: how often functions are called, and from where.</summary>
/// <param name="PerSecond">Calls of each function.</param>
/// <param name="Callers">Link-time return addresses of those calls, for each function.</param>
sealed record CallerSurvey(IReadOnlyList<double> PerSecond, IReadOnlyList<IReadOnlySet<ulong>> Callers)
{
    static readonly TimeSpan s_length = TimeSpan.FromMilliseconds(100);

    /// <summary>Watches the entries.</summary>
    /// <param name="target">The process.</param>
    /// <param name="program">The program, set up.</param>
    /// <param name="functions">The bodies of each function.</param>
    public static CallerSurvey Take(GoTarget target, GoProbeProgram program, IReadOnlyList<IReadOnlyList<FunctionProbePoints>> functions)
    {
        // Its whole cost is bounded by its length, so that no window is needed.
        using var session = GoProbeSession.Open(target, program with { Budget = 1 });
        for (var i = 0; i < functions.Count; i++)
        {
            foreach (var body in functions[i])
                session.AttachPoint("call_seen", body.Entry, body.Function.Name, (ulong)i);
        }
        var began = Stopwatch.GetTimestamp();
        session.Start();
        Thread.Sleep(s_length);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        session.Stop();

        var perSecond = new double[functions.Count];
        var callers = functions.Select(_ => new HashSet<ulong>()).ToArray();
        foreach (var (key, sums) in session.Object.Map("callers").ReadAllSums<GroupKey>())
        {
            if (key.Function >= (ulong)functions.Count)
                continue;
            perSecond[key.Function] += sums[0] / seconds;
            callers[key.Function].Add(unchecked(key.Group - target.Bias));
        }
        return new CallerSurvey(perSecond, callers);
    }
}
