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

    /// <summary>What runs now, oldest first, those of unknown age at the front.</summary>
    public IReadOnlyList<HttpInFlight> Read(IReadOnlyList<KeyValuePair<ulong, RequestRecord>> known, WorldState world, long watchedSinceNs)
    {
        // A request that ends between the two looks still counts as running in the first. Its goroutine tells.
        GoroutineDump dump = target.ReadGoroutines();
        var goroutines = new Dictionary<ulong, Goroutine>();
        for (int i = 0; i < dump.Count; i++)
            goroutines.TryAdd(dump[i].Id, dump[i]);
        long now = MonotonicClock.Now;

        var all = new List<HttpInFlight>();
        var seen = new HashSet<ulong>();
        foreach ((_, RequestRecord request) in known)
        {
            seen.Add(request.GoroutineId);
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
                AgeNs = Math.Max(0, now - watchedSinceNs),
                AgeIsLowerBound = true,
                Hijacked = false,
                GoroutineId = id,
                Doing = Doing(goroutine),
                Frames = goroutine.VisibleFrames,
                Split = null,
            });
        }
        return [.. all.OrderByDescending(static one => one.AgeIsLowerBound).ThenByDescending(static one => one.AgeNs).ThenBy(static one => one.GoroutineId)];
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
