using System.Diagnostics;
using System.Globalization;
using Vitrine.Go.Probes.Points;
using Vitrine.Go.Probes.Session;
using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Latency;

/// <summary>A first look of a tenth of a second: how often functions are called, and from where.</summary>
/// <param name="PerSecond">Calls of each function.</param>
/// <param name="Callers">Link-time return addresses of those calls, for each function.</param>
/// <param name="IsComplete">False when there were more callers than the kernel's map holds: then <paramref name="Callers"/> are not all, and rates are too low.</param>
/// <param name="Cost">What the look cost the target, as a sentence.</param>
sealed record CallerSurvey(IReadOnlyList<double> PerSecond, IReadOnlyList<IReadOnlySet<ulong>> Callers, bool IsComplete, string Cost)
{
    /// <summary>LOST_MAP_FULL of vitrine.bpf.h.</summary>
    const uint LostMapFull = 1;

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
        session.Start();
        // Attaching takes from milliseconds to seconds, and nothing is counted before all are attached.
        var began = Stopwatch.GetTimestamp();
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
        return new CallerSurvey(perSecond, callers, session.Object.Map("counters").SumPerCpu(LostMapFull) == 0, Sentence(session.Report().Cost, seconds));
    }

    static string Sentence(ProbeCost cost, double seconds)
    {
        var each = cost.NsPerHit.TryGet(out var nanoseconds) ? string.Create(CultureInfo.InvariantCulture, $" of {nanoseconds / 1e3:0.#} µs") : "";
        var share = cost.TargetShare.TryGet(out var part) ? string.Create(CultureInfo.InvariantCulture, $": {part * 100:0.###} % of one processor for that time") : "";
        return string.Create(CultureInfo.InvariantCulture, $"A first look of {seconds:0.0} s at the callers cost {cost.Hits:N0} probe hits{each}{share}.");
    }
}
