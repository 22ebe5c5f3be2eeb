using Vitrine.Agent.Survey;
using Vitrine.Instruments;

namespace Vitrine.Agent.Json;

/// <summary>The process list as JSON.</summary>
static class PsJson
{
    public static void Write(Stream stream, SurveyResult result) => JsonDocumentWriter.Write(stream, JsonSchema.Ps, json =>
    {
        json.WriteNumber("examined", result.Examined);
        json.WriteNumber("notAllowed", result.NotAllowed);
        json.WriteStartArray("processes");
        foreach (var row in result.Rows)
        {
            json.WriteStartObject();
            json.WriteNumber("pid", row.Pid);
            json.WriteString("runtime", row.Runtime == RuntimeKind.Go ? "go" : "dotnet");
            json.WriteOptional("runtimeVersion", row.RuntimeVersion);
            json.WriteString("name", row.Name);
            json.WriteString("commandLine", row.CommandLine);
            json.WriteOptional("module", row.Module);
            json.WriteOptional("moduleVersion", row.ModuleVersion);
            if (row.Listening is null)
                json.WriteNull("listening");
            else
            {
                json.WriteStartArray("listening");
                foreach (var address in row.Listening)
                    json.WriteStringValue(address);
                json.WriteEndArray();
            }
            json.WriteNumber("uptimeMs", (long)row.Uptime.TotalMilliseconds);
            json.WriteNumber("residentBytes", row.ResidentBytes);
            json.WriteOptional("goroutines", row.Goroutines.TryGet(out var count) ? count : null);
            if (!row.Goroutines.IsKnown)
                json.WriteString("goroutinesUnknown", row.Goroutines.Reason);
            json.WriteOptional("tracerPid", row.TracerPid == 0 ? null : row.TracerPid);
            if (row.HasPprofHandler is { } handler)
                json.WriteBoolean("pprofHandler", handler);
            else
                json.WriteNull("pprofHandler");
            if (row.PprofAnswers is { } answers)
                json.WriteOptional("pprofAnswersAt", answers.TryGet(out var address) ? address : null);
            json.WriteOptional("containerId", row.ContainerId);
            if (row.DiagnosticPort is { } port)
            {
                json.WriteBoolean("diagnosticPort", port.CanLook == true);
                json.WriteOptional("diagnosticPortClosed", port.CanLook == true ? null : port.Reason);
                json.WriteOptional("gcMode", row.GcMode);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
