using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Points;
using Vitrine.Go.Probes.Session;
using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Collector;

/// <summary>
/// Where the collector is probed. The functions are the same in Go 1.19 to 1.27; what differs is what they are told:
/// <list type="bullet">
/// <item>up to 1.21, <c>startTheWorldWithSema</c> gets no timestamps, and the end of a stop is its call of <c>wakep</c>, behind the wake-ups;</item>
/// <item>from 1.22 it gets the <c>worldStop</c> with the start (1.23: and when all had stopped), and the end of a stop is where it calls
/// <c>(*timeHistogram).record</c> with the duration that <c>/sched/pauses/total</c> counts.</item>
/// </list>
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go and mgc.go; https://github.com/golang/go/blob/go1.21.0/src/runtime/proc.go.
/// </summary>
sealed class GcPoints
{
    const string Start = "runtime.startTheWorldWithSema";

    readonly GoBinary _binary;
    readonly IReadOnlyList<ProbePoint> _started;
    readonly IReadOnlyList<ProbePoint> _swept;
    readonly string _sweptReason;
    readonly bool _counted;

    GcPoints(GoBinary binary, IReadOnlyList<ProbePoint> started, bool counted, IReadOnlyList<ProbePoint> swept, string sweptReason)
    {
        _binary = binary;
        _started = started;
        _counted = counted;
        _swept = swept;
        _sweptReason = sweptReason;
    }

    /// <summary>Finds the points that are no entries.</summary>
    /// <exception cref="InstrumentUnavailableException">The end of a stop cannot be probed: no stop could be told.</exception>
    public static GcPoints Of(GoBinary binary)
    {
        var finder = new ProbePointFinder(binary);
        IReadOnlyList<ProbePoint> started = [];
        var counted = binary.Version.AtLeast(1, 22) && finder.TryCalls(Start, "runtime.(*timeHistogram).record", out started, out _);
        if (!counted && !finder.TryCalls(Start, "runtime.wakep", out started, out var reason))
            throw new InstrumentUnavailableException($"Stops of the world cannot be watched in this binary: {Start}: {reason}.", "vitrine mem and vitrine sched read the collector's figures without probes.");
        // The background sweeper goes to sleep when it has found everything swept.
        finder.TryCalls("runtime.bgsweep", "runtime.gopark", out var swept, out var sweptReason);
        return new GcPoints(binary, started, counted, swept, sweptReason);
    }

    /// <summary>What the BPF program is told.</summary>
    public GcConfig Config(GcWordMap words, bool singleAssists)
    {
        var config = new GcConfig
        {
            StopResult = _binary.Version.AtLeast(1, 23) ? 2u : _binary.Version.AtLeast(1, 22) ? 1u : 0,
            CountsTotal = _counted ? 1u : 0,
            SingleAssists = singleAssists ? 1u : 0,
        };
        words.Addresses.CopyTo(config.Words);
        return config;
    }

    /// <summary>Stops and collections. Ends come before beginnings: what is seen to begin is then seen to end.</summary>
    public void AttachStops(GoProbeSession session)
    {
        foreach (var point in _swept)
            session.AttachPoint("sweep_end", point, "runtime.bgsweep at gopark");
        if (_swept.Count == 0)
            session.Note($"The end of sweeping is not seen: {_sweptReason}.");
        session.AttachEntry("cycle_end", "runtime.freeStackSpans");
        foreach (var point in _started)
            session.AttachPoint("world_started", point, Start);
        session.AttachEntry("world_start", Start);
        session.AttachEntry("world_stop", "runtime.stopTheWorldWithSema");
        session.AttachEntry("gc_start", "runtime.gcStart");
    }

    /// <summary>Mark assists: behind the two calls of nanotime with which the runtime measures one. The answer says why they are not measured, or is null.</summary>
    public string? AttachAssists(GoProbeSession session)
    {
        const string marking = "runtime.gcAssistAlloc1";
        if (!new ProbePointFinder(_binary).TryAfterCall(marking, "runtime.nanotime1", out var clocks, out var reason) || clocks.Count != 2)
        {
            session.Note($"Mark assists are not seen: {marking}: {(reason.Length > 0 ? reason : "it does not take the time twice")}.");
            return $"{marking} cannot be probed";
        }
        session.AttachPoint("assist_end", clocks[1], marking);
        if (session.AttachAfterCall("park_end", "runtime.gcAssistAlloc", "runtime.gcParkAssist"))
            session.AttachEntry("park_begin", "runtime.gcParkAssist");
        session.AttachPoint("assist_begin", clocks[0], marking);
        return null;
    }
}
