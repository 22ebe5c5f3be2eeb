using System.Diagnostics;
using System.Globalization;
using Vitrine.Go.Goroutines;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Go.OffCpu;

/// <summary>
/// The instrument <c>offcpu</c>: where goroutines (not threads) wait, as wall-clock time by stack and wait reason. Looks at all goroutines at random
/// moments, without probes: who is seen waiting waited, in expectation, for the time that the look stands for. Goroutines that are parked throughout
/// are counted exactly. Assumption: the state of one goroutine is known at one moment (see <see cref="GoroutineReader"/>), not that of all at the same moment.
/// </summary>
public sealed class OffCpuRecorder(OffCpuOptions? options = null) : IProfileRecorder
{
    readonly OffCpuOptions _options = options ?? OffCpuOptions.Default;

    /// <inheritdoc/>
    public string Name => "offcpu";

    /// <inheritdoc/>
    public string Description => "time goroutines wait, by stack and wait reason";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Reads;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => target is GoTarget { Process: not null } ? Availability.Yes : Availability.No("Only a live Go process has goroutines that wait.");

    /// <inheritdoc/>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        if (target is not GoTarget { Process: not null } go)
            throw new InstrumentUnavailableException("Time can be recorded of a live Go process only.");
        var places = new WaitPlaces(_options);
        var schedule = new LookSchedule(duration, _options.Rate, _options.MaxReaderShare, _options.Random);
        var dumpOptions = new GoroutineDumpOptions { WithWaits = false, WithSystemGoroutines = _options.WithSystemGoroutines };

        // 1. A first look that does not count: it finds the runtime's variables and says early what cannot be read.
        GoroutineDump last = go.ReadGoroutines(dumpOptions, CancellationToken.None);
        IReadOnlyList<MemoryMap> maps = last.ExecutableMaps;

        // 2. Look at random moments until the window is covered.
        DateTimeOffset startedAt = DateTimeOffset.UtcNow;
        long began = Stopwatch.GetTimestamp();
        TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
        bool ended = false;
        while (!schedule.IsOver)
        {
            TimeSpan wait = schedule.Next() - Stopwatch.GetElapsedTime(began);
            if (wait > TimeSpan.Zero ? stop.WaitHandle.WaitOne(wait) : stop.IsCancellationRequested)
                break;
            TimeSpan at = Stopwatch.GetElapsedTime(began);
            try
            {
                last = go.ReadGoroutines(dumpOptions, CancellationToken.None);
            }
            catch (TargetGoneException) when (places.Looks > 0)
            {
                ended = true;
                break;
            }
            TimeSpan stands = schedule.Looked(at, last.Duration);
            places.Add(last, stands.TotalNanoseconds);
        }
        if (places.Looks == 0)
            throw new OperationCanceledException(stop);

        // The last look may come well before the end of what it stands for.
        if (!ended && Stopwatch.GetElapsedTime(began) is var elapsed && elapsed < schedule.Covered)
            stop.WaitHandle.WaitOne(schedule.Covered - elapsed);
        TimeSpan cpu = Environment.CpuUsage.TotalTime - cpuBefore;

        // 3. The profile, and what is to know about it.
        TimeSpan covered = schedule.Covered;
        var profile = OffCpuProfile.Of(places, last.Tables.Context, maps, startedAt, covered);
        var consistency = new Consistency
        {
            Total = Clamp(places.Total.Samples + places.Running),
            Accepted = Clamp(places.Total.Samples - places.Torn),
            Torn = Clamp(places.Torn),
            Running = Clamp(places.Running),
            SkewMs = last.Consistency.SkewMs,
        };
        return new Recording(
            new Look<Pprof.Profile>(profile, startedAt, covered, consistency, Notes(places, last, covered)),
            places.Total.Samples,
            0,
            string.Create(CultureInfo.InvariantCulture, $"no probes, reading took {100 * (cpu / covered):0.0} % of one core"))
        {
            TargetEnded = ended,
        };
    }

    List<string> Notes(WaitPlaces places, GoroutineDump last, TimeSpan covered)
    {
        var notes = new List<string>(last.Notes);
        double rate = places.Looks / covered.TotalSeconds;
        notes.Add(string.Create(CultureInfo.InvariantCulture,
            $"{places.Looks:N0} {(places.Looks == 1 ? "look" : "looks")}, {rate:0.0} per second, over {covered.TotalSeconds:0.0} s: {places.Total.Nanoseconds / covered.TotalNanoseconds:N1} goroutines waited on average; waiting in all {Time(places.Total, places.Looks)}."));
        notes.Add($"by reason: {string.Join(", ", places.ByReason().Take(8).Select(pair => $"{pair.Reason} {Time(pair.Estimate, places.Looks)}"))}.");
        if (rate < _options.Rate * 0.7)
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"There were fewer looks than the {_options.Rate:0.#} per second asked for: {last.Count:N0} goroutines take {last.Duration.TotalMilliseconds:0} ms a look, and reading keeps to {100 * _options.MaxReaderShare:0} % of one core."));
        if (places.Torn > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"Torn observations: {places.Torn:N0}. Their time counts, under a frame that says so."));
        if (places.AtOtherPlaces > 0)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"Observations beyond the {_options.MaxPlaces:N0} different places that are kept: {places.AtOtherPlaces:N0}. Their time counts, without stack and reason."));
        return notes;
    }

    static string Time(WaitEstimate estimate, int looks) => string.Create(CultureInfo.InvariantCulture,
        $"{estimate.Nanoseconds / 1e9:N2} s ± {estimate.StandardError(looks) / 1e9:N2}");

    static int Clamp(long count) => (int)Math.Clamp(count, 0, int.MaxValue);
}
