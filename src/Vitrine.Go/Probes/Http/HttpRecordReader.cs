using System.Runtime.CompilerServices;
using System.Text;
using Vitrine.Go.Goroutines;

namespace Vitrine.Go.Probes.Http;

/// <summary>Turns the kernel's records into requests. Texts come from the target's memory: they are bounded there, and shared here, because paths repeat.</summary>
internal sealed class HttpRecordReader(WaitReasons reasons, bool split)
{
    /// <summary>A server with more different paths than this repeats few of them.</summary>
    private const int MostShared = 50_000;

    private readonly Dictionary<string, string> _shared = new(StringComparer.Ordinal);
    private readonly Dictionary<(string?, string?, string?), HttpRoute> _routes = [];

    public HttpRequest Finished(in FinishedRecord record)
    {
        ref readonly RequestRecord request = ref record.Request;
        bool unseen = (request.Flags & HttpFlags.UnseenStart) != 0;
        HttpRequestLine line = Line(request) with { Query = record.QueryLength == 0 ? null : Text(record.Query, record.QueryLength) };
        string? pattern = record.PatternLength == 0 ? null : Text(record.Pattern, record.PatternLength);
        return new HttpRequest
        {
            Line = line,
            Route = Route(line, pattern),
            Status = record.Status == 0 ? null : (int)record.Status,
            // A handler that took the connection over and panics then is still one that took it over: nothing was left to be answered.
            Outcome = (request.Flags & HttpFlags.Hijacked) != 0 ? HttpOutcome.Hijacked
                : (request.Flags & HttpFlags.Aborted) != 0 ? HttpOutcome.Aborted
                : HttpOutcome.Completed,
            StartedNs = unseen ? null : (long)request.Started,
            EndedNs = (long)record.Ended,
            GoroutineId = request.GoroutineId,
            Split = split && !unseen ? Split(request) : null,
        };
    }

    public HttpRequestLine Line(in RequestRecord request) => new()
    {
        Method = request.MethodLength == 0 ? null : Text(request.Method, request.MethodLength),
        Path = request.PathLength == 0 ? null : Text(request.Path, request.PathLength),
        PathCut = request.PathLength > Unsafe.SizeOf<PathBytes>(),
        Protocol = request.Proto switch
        {
            10 => "HTTP/1.0",
            11 => "HTTP/1.1",
            20 => "HTTP/2.0",
            _ => null,
        },
    };

    public HttpRoute Route(HttpRequestLine line, string? pattern)
    {
        var key = (line.Method, line.Path, pattern);
        if (_routes.TryGetValue(key, out HttpRoute? known))
            return known;
        HttpRoute route = HttpRoute.Of(line.Method, line.Path, pattern);
        if (_routes.Count < MostShared)
            _routes[key] = route;
        return route;
    }

    public RequestSplit Split(in RequestRecord request)
    {
        var waits = new List<RequestWait>();
        foreach (WaitSlot slot in request.Waits)
        {
            if (slot.Count > 0)
                waits.Add(new RequestWait(ReasonText(slot.Reason), (int)Math.Min(slot.Count, int.MaxValue), (long)slot.Time));
        }
        if (request.WaitsUntold > 0)
            waits.Add(new RequestWait("other reasons", null, (long)request.WaitsUntold));
        waits.Sort(static (one, other) => other.TotalNs.CompareTo(one.TotalNs));
        return new RequestSplit
        {
            OnCpuNs = (long)request.Time.OnCpu,
            ReadyNs = (long)request.Time.Runnable,
            PreemptedNs = (long)request.Time.Preempted,
            InKernelNs = (long)request.Time.InKernel,
            ParkedNs = (long)request.Time.Waiting,
            AssistNs = (long)request.Time.Assist,
            GcStopNs = (long)request.Time.GcStop,
            OtherStopNs = (long)request.Time.OtherStop,
            StoppedWhileWaitingNs = (long)request.StoppedWaiting,
            RunnableDuringGcNs = (long)request.RunnableInGc,
            Waits = waits,
        };
    }

    private string ReasonText(uint reason) =>
        reasons[(byte)reason] is { Length: > 0 } text ? text : $"wait reason {reason}";

    private string Text(ReadOnlySpan<byte> bytes, uint length)
    {
        string text = Encoding.UTF8.GetString(bytes[..(int)Math.Min(length, (uint)bytes.Length)]);
        if (_shared.TryGetValue(text, out string? shared))
            return shared;
        if (_shared.Count < MostShared)
            _shared[text] = text;
        return text;
    }
}
