using Vitrine.Go.Goroutines;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Http;

/// <summary>
/// Joins the requests that the probes know of with a dump of the goroutines: their stacks, and requests that began before the probes were there,
/// which only their frames show.
/// </summary>
internal sealed class InFlightReader(GoTarget target, HttpRecordReader reader, bool split)
{
    private static readonly HashSet<string> s_serving = new(StringComparer.Ordinal)
    {
        "net/http.serverHandler.ServeHTTP",
        "golang.org/x/net/http2.(*serverConn).runHandler",
    };

    /// <summary>What the probes know behind the dump.</summary>
    /// <param name="Requests">The requests that run.</param>
    /// <param name="Ended">Goroutines whose requests ended since the reading before the dump.</param>
    /// <param name="World">The stops of the world.</param>
    public readonly record struct Reading(IReadOnlyList<KeyValuePair<ulong, RequestRecord>> Requests, IReadOnlySet<ulong> Ended, WorldState World);

    /// <summary>What runs now, oldest first, those that began unseen at the front.</summary>
    /// <param name="before">Reads the requests that run, before the dump.</param>
    /// <param name="after">Reads them again behind it.</param>
    /// <param name="watchedSinceNs">Since when no beginning can have been missed; null when one can.</param>
    public IReadOnlyList<HttpInFlight> Read(Func<IReadOnlyList<KeyValuePair<ulong, RequestRecord>>> before, Func<Reading> after, long? watchedSinceNs)
    {
        // The dump stops nothing: while it is made requests begin and end, on the same goroutines too. A stack belongs to a request only when that ran
        // both before and behind it.
        var ran = new Dictionary<ulong, RequestRecord>();
        foreach ((ulong g, RequestRecord request) in before())
            ran[g] = request;
        GoroutineDump dump = target.ReadGoroutines();
        (IReadOnlyList<KeyValuePair<ulong, RequestRecord>> known, IReadOnlySet<ulong> ended, WorldState world) = after();
        var goroutines = new Dictionary<ulong, Goroutine>();
        for (int i = 0; i < dump.Count; i++)
            goroutines.TryAdd(dump[i].Id, dump[i]);
        long now = MonotonicClock.Now;

        var all = new List<HttpInFlight>();
        var seen = new HashSet<ulong>(ended);
        seen.UnionWith(ran.Values.Select(static one => one.GoroutineId));
        seen.UnionWith(known.Select(static one => one.Value.GoroutineId));
        foreach ((ulong g, RequestRecord request) in known)
        {
            // Taken out, so that an entry that a changing map hands out twice counts once.
            if (!ran.Remove(g, out RequestRecord earlier) || earlier.GoroutineId != request.GoroutineId || earlier.Started != request.Started)
                continue;
            bool found = goroutines.TryGetValue(request.GoroutineId, out Goroutine goroutine);
            if (!found || (goroutine.Frames.Count > 0 && !Serves(goroutine)))
                continue;
            RequestRecord state = request;
            if (split)
                CloseState(ref state, world, (ulong)now);
            HttpRequestLine line = reader.Line(request);
            all.Add(new HttpInFlight
            {
                Line = line,
                Route = reader.Route(line, null),
                StartedNs = (long)request.Started,
                AgeNs = Math.Max(0, now - (long)request.Started),
                AgeIsLowerBound = false,
                Hijacked = (request.Flags & HttpFlags.Hijacked) != 0,
                GoroutineId = request.GoroutineId,
                Doing = Doing(goroutine),
                Frames = goroutine.VisibleFrames,
                Split = split ? reader.Split(state) : null,
            });
        }
        foreach ((ulong id, Goroutine goroutine) in goroutines)
        {
            if (seen.Contains(id) || !Serves(goroutine))
                continue;
            all.Add(new HttpInFlight
            {
                Line = new HttpRequestLine(),
                Route = null,
                StartedNs = null,
                AgeNs = watchedSinceNs is { } since ? Math.Max(0, now - since) : null,
                AgeIsLowerBound = watchedSinceNs is not null,
                Hijacked = false,
                GoroutineId = id,
                Doing = Doing(goroutine),
                Frames = goroutine.VisibleFrames,
                Split = null,
            });
        }
        return [.. all.OrderByDescending(static one => one.StartedNs is null).ThenByDescending(static one => one.AgeNs).ThenBy(static one => one.GoroutineId)];
    }

    private static string Doing(Goroutine goroutine) => goroutine.WaitReason is { Length: > 0 } reason ? reason : goroutine.StateText;

    private static bool Serves(Goroutine goroutine) => goroutine.Frames.Any(static frame => s_serving.Contains(frame.Function));

    // close_state of split.bpf.h, for the state that lasts.
    private static void CloseState(ref RequestRecord request, in WorldState world, ulong now)
    {
        ulong time = now > request.Since ? now - request.Since : 0;
        ulong gcStop = Math.Min(time, Difference(world.GcStop, request.AtGcStop));
        ulong otherStop = Math.Min(time - gcStop, Difference(world.OtherStop, request.AtOtherStop));
        if (request.State == HttpState.Runnable)
        {
            request.Time.GcStop += gcStop;
            request.Time.OtherStop += otherStop;
            time -= gcStop + otherStop;
        }
        else if (request.State is HttpState.Waiting or HttpState.InKernel)
        {
            request.StoppedWaiting += gcStop;
        }
        if (request.State == HttpState.Waiting)
        {
            request.Time.Waiting += time;
            AddWait(ref request, time);
        }
        else if (request.State == HttpState.InKernel)
            request.Time.InKernel += time;
        else if ((request.Flags & HttpFlags.Assisting) != 0)
            request.Time.Assist += time;
        else if (request.State == HttpState.OnCpu)
            request.Time.OnCpu += time;
        else if (request.State == HttpState.Runnable)
            request.Time.Runnable += time;
        else
            request.Time.Preempted += time;
    }

    private static void AddWait(ref RequestRecord request, ulong time)
    {
        foreach (ref WaitSlot slot in request.Waits[..])
        {
            if (slot.Count > 0 && slot.Reason != request.Reason)
                continue;
            slot.Reason = request.Reason;
            slot.Count++;
            slot.Time += time;
            return;
        }
        request.WaitsUntold += time;
    }

    private static ulong Difference(ulong now, ulong then) => now > then ? now - then : 0;
}
