using Vitrine.Doors.Grpc.V1;
using Vitrine.Doors.Looks;
using Vitrine.Grpc;
using Vitrine.Instruments;

namespace Vitrine.Doors.Grpc;

/// <summary>
/// Measurements as a stream. Each is a look of its own, and not one long look: a switch that goes off, a token that expires or a role that is taken away ends the stream with the next tick, nobody holds a place in
/// between, and the audit log has a line for each. A tick for which there is no room now is missed and counted.
/// </summary>
/// <param name="desk">Answers.</param>
/// <param name="ask">How it is asked.</param>
sealed class MeasurementWatch(LookDesk desk, MeasurementWatch.Question ask)
{
    public delegate Task<LookAnswer> Question(GrpcCall call, string service, string name, LookQuery query, bool isHeadOnly = false);

    static readonly TimeSpan s_shortest = TimeSpan.FromSeconds(1);
    const long LongestSeconds = 3600;

    // In a row: whoever never finds room must be told.
    const int MaximumMissed = 10;

    public async Task Run(WatchRequest request, GrpcResponses<WatchResponse> responses, GrpcCall call)
    {
        var query = new LookQuery(IsRaw: request.Raw);
        if (!GivesMeasurements(request))
        {
            // Decided like any other look, and not taken: a profile would be recorded for nothing.
            using var head = await ask(call, request.Service, request.Name, query, isHeadOnly: true);
            throw new GrpcException(GrpcStatusCode.InvalidArgument, "That gives no measurements: ask for it with Take or TakeInParts.");
        }
        var interval = IntervalOf(request);
        using var timer = new PeriodicTimer(interval ?? s_shortest, desk.Time);
        uint said = 0, missed = 0;
        do
        {
            try
            {
                using var answer = await ask(call, request.Service, request.Name, query);
                if (interval is null) throw new GrpcException(GrpcStatusCode.InvalidArgument, "The interval is none: from 1 s to 1 h.");
                var response = MeasurementsJson.Read(answer.Bytes);
                response.Missed = missed;
                await responses.Write(response);
                missed = 0;
                said++;
            }
            catch (GrpcException e) when (e.Status.Code == GrpcStatusCode.ResourceExhausted && said > 0 && missed < MaximumMissed)
            {
                missed++;
            }
        }
        while ((request.Count == 0 || said < request.Count) && await timer.WaitForNextTickAsync(call.Cancelled));
    }

    bool GivesMeasurements(WatchRequest request) => desk.Find(request.Service) is { } service && service.TryGet(request.Name, out var instrument) && instrument is IMeasurementInstrument and not (IProfileInstrument or IProfileRecorder);

    static TimeSpan? IntervalOf(WatchRequest request)
    {
        if (request.Interval is not { } interval) return s_shortest;
        // Seconds and nanoseconds are a caller's: no arithmetic before they are known to be in bounds.
        if (interval.Seconds is < 1 or > LongestSeconds || interval.Nanos is < 0 or > 999_999_999 || interval is { Seconds: LongestSeconds, Nanos: > 0 }) return null;
        return interval.ToTimeSpan();
    }
}
