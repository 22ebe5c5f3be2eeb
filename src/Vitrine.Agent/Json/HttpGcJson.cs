using System.Text.Json;
using Vitrine.Go.Probes.Http;
using Vitrine.Insight.Requests;
using Vitrine.Insight.Statistics;

namespace Vitrine.Agent.Json;

/// <summary>The requests that a collection met, and the control, as the field <c>gc</c> of the document of requests.</summary>
static class HttpGcJson
{
    public static void Write(Utf8JsonWriter json, HttpReport report, GcExposureReport exposure)
    {
        json.WriteStartObject("gc");
        json.WriteNumber("olderThanNs", exposure.OlderThan.Ticks * 100);
        json.WriteNumber("collections", exposure.Collections.Count);
        json.WriteStartArray("exposed");
        foreach (var one in exposure.Exposed)
        {
            json.WriteStartObject();
            json.WriteBoolean("stillRuns", one.Request is null);
            json.WriteNumber("ageAtStartNs", one.AgeAtStartNs);
            json.WriteNumber("collectionsMet", one.Collections);
            json.WriteOptional("gcNs", one.Split?.GcNs);
            if (one.GcShare is { } share)
                json.WriteNumber("gcShare", share);
            else
                json.WriteNull("gcShare");
            json.WritePropertyName("request");
            if (one.Request is { } request)
            {
                json.WriteStartObject();
                HttpJson.WriteRequest(json, report, request);
                json.WriteEndObject();
            }
            else
            {
                HttpJson.WriteInFlight(json, report, one.InFlight!);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("routes");
        foreach (var route in exposure.Routes)
            WriteRoute(json, route);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteRoute(Utf8JsonWriter json, GcRouteComparison route)
    {
        json.WriteStartObject();
        HttpJson.WriteRoute(json, route.Route);
        json.WriteNumber("exposed", route.Exposed);
        json.WriteNumber("exposedEnded", route.ExposedEnded);
        json.WriteNumber("gcNs", route.GcNs);
        WriteNumber(json, "medianGcShare", route.MedianGcShare);
        WriteNumber(json, "medianRunnableDuringGcNs", route.MedianRunnableDuringGcNs);
        json.WriteNumber("control", route.Control);
        WriteNumber(json, "exposedMedianNs", route.ExposedMedianNs);
        WriteNumber(json, "controlMedianNs", route.ControlMedianNs);
        WriteShift(json, "difference", route.Difference);
        WriteShift(json, "differenceWithoutGc", route.DifferenceWithoutGc);
        WriteShift(json, "differenceWithoutMarking", route.DifferenceWithoutMarking);
        var finding = route.Finding;
        json.WriteString("verdict", route.Difference is null ? "not enough data" : finding.Verdict.ToString().ToLowerInvariant());
        json.WriteConclusion(finding);
        json.WriteGrounds(finding);
        json.WriteEndObject();
    }

    static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    static void WriteShift(Utf8JsonWriter json, string name, ShiftEstimate? shift)
    {
        if (shift is not { } estimate)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteNumber("ns", estimate.Shift);
        json.WriteNumber("lowerNs", estimate.Lower);
        json.WriteNumber("upperNs", estimate.Upper);
        json.WriteNumber("p", estimate.P);
        json.WriteEndObject();
    }
}
