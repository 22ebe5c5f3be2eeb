using System.Text.Json;
using Vitrine.Instruments;

namespace Vitrine.Agent.Json;

/// <summary>The fields that every document of a look with probes ends with: cost, lost, coverage, absent, notes. What is unknown is null and has its reason beside it.</summary>
static class ProbeReportJson
{
    public static void Write(Utf8JsonWriter json, ProbeReport report)
    {
        json.WriteStartObject("cost");
        json.WriteNumber("hits", report.Cost.Hits);
        WriteKnown(json, "nsPerHit", report.Cost.NsPerHit);
        WriteKnown(json, "targetShare", report.Cost.TargetShare);
        json.WriteString("obtained", report.Cost.NsPerHit.Provenance.ToString());
        json.WriteEndObject();

        json.WriteNumber("lost", report.Lost.Total);
        json.WriteStartObject("lostByReason");
        foreach (var (reason, count) in report.Lost.ByReason)
            json.WriteNumber(reason, count);
        json.WriteEndObject();

        json.WriteStartObject("coverage");
        json.WriteNumber("watchedMs", report.Coverage.Watched.TotalMilliseconds);
        json.WriteNumber("openMs", report.Coverage.Open.TotalMilliseconds);
        json.WriteNumber("windows", report.Coverage.Windows);
        json.WriteNumber("scale", report.Coverage.Scale);
        json.WriteBoolean("scaled", report.Coverage.IsScaled);
        WriteKnown(json, "relativeError", report.Coverage.RelativeError);
        json.WriteBoolean("targetEnded", report.Coverage.TargetEnded);
        json.WriteEndObject();

        json.WriteStartArray("absent");
        foreach (var absent in report.Absent)
        {
            json.WriteStartObject();
            json.WriteString("function", absent.Function);
            json.WriteString("reason", absent.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();

        json.WriteStartArray("notes");
        foreach (var note in report.Notes)
            json.WriteStringValue(note);
        json.WriteEndArray();
    }

    static void WriteKnown(Utf8JsonWriter json, string name, Known<double> known)
    {
        if (known.TryGet(out var value) && double.IsFinite(value))
        {
            json.WriteNumber(name, value);
            return;
        }
        json.WriteNull(name);
        json.WriteString($"{name}Unknown", known.IsKnown ? "not a finite number" : known.Reason);
    }
}
