using System.Diagnostics;
using Vitrine.Go.Binary;
using Vitrine.Instruments;

namespace Vitrine.Go.Memory;

/// <summary>
/// What a Go program's own <c>metrics.Read</c> (package runtime/metrics) would say, from outside. Counts of allocations include what the Ps have not accounted for yet, as <c>runtime.ReadMemStats</c> counts them; <c>metrics.Read</c> leaves that out,
/// so these are ahead of it by what the caches hold. What is not read is there too, unknown with the reason: a list of metrics must not look whole when it is not.
/// Names and rules: https://github.com/golang/go/blob/go1.26.0/src/runtime/metrics.go (initMetrics); since when: src/runtime/metrics/description.go of Go 1.19 to 1.27.
/// </summary>
public static class RuntimeMetricsReader
{
    /// <summary>Reads the metrics of a process.</summary>
    /// <exception cref="Vitrine.Linux.Processes.TargetGoneException">The process ended, or runs another program.</exception>
    public static Look<RuntimeMetrics> Read(GoTarget target, MemStatsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        Look<RuntimeMetrics> look = Read(RuntimeViews.Of(target), options);
        target.ThrowIfGone();
        return look;
    }

    /// <summary>Reads the metrics.</summary>
    public static Look<RuntimeMetrics> Read(RuntimeView view, MemStatsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        long started = Stopwatch.GetTimestamp();
        (Look<MemStats> look, MemStatsSources sources) = MemStatsReader.ReadWithSources(view, options);
        Known<int> threads = Figures.Compute("sched.mnext - sched.nmfreed", v => v[0] - v[1], Field(sources.Snapshot.Scheduler, "sched", "mnext"), Field(sources.Snapshot.Scheduler, "sched", "nmfreed")).Select(static v => (int)v);
        List<RuntimeMetric> metrics = [.. RuntimeMetricsTable.Of(view.Version, look.Result, sources).OrderBy(static one => one.Name, StringComparer.Ordinal)];
        return new Look<RuntimeMetrics>(new RuntimeMetrics(look.Result, threads, metrics), look.CapturedAt, Stopwatch.GetElapsedTime(started), look.Consistency, look.Notes);
    }

    internal static Known<ulong> Field(Known<StructImage> image, string owner, string path) =>
        image.TryGet(out StructImage? value) ? value.Figure(owner, path) : Known<ulong>.Unknown(image.Reason);
}
