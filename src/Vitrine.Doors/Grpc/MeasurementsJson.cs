using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Vitrine.Doors.Grpc.V1;

namespace Vitrine.Doors.Grpc;

/// <summary>The desk's JSON of measurements, which has been through redaction already, as messages.</summary>
static class MeasurementsJson
{
    /// <exception cref="JsonException">It is not what the desk writes.</exception>
    public static WatchResponse Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var response = new WatchResponse();
        if (root.GetProperty("captured_at").TryGetDateTimeOffset(out var at)) response.CapturedAt = Timestamp.FromDateTimeOffset(at);
        foreach (var one in root.GetProperty("measurements").EnumerateArray()) response.Measurements.Add(Measurement(one));
        foreach (var note in root.GetProperty("notes").EnumerateArray()) response.Notes.Add(note.GetString() ?? "");
        return response;
    }

    static Measurement Measurement(JsonElement one)
    {
        var measurement = new Measurement
        {
            Name = Text(one, "name"),
            Unit = Text(one, "unit"),
            Kind = Text(one, "kind") switch
            {
                "gauge" => V1.Measurement.Types.Kind.Gauge,
                "counter" => V1.Measurement.Types.Kind.Counter,
                "updowncounter" => V1.Measurement.Types.Kind.UpDownCounter,
                _ => V1.Measurement.Types.Kind.Unspecified,
            },
            Provenance = Text(one, "provenance"),
        };
        foreach (var attribute in one.GetProperty("attributes").EnumerateObject()) measurement.Attributes[attribute.Name] = attribute.Value.GetString() ?? "";
        if (one.GetProperty("value") is { ValueKind: JsonValueKind.Number } value) measurement.Number = value.GetDouble();
        else measurement.Unknown = Text(one, "unknown");
        return measurement;
    }

    static string Text(JsonElement one, string name) => one.GetProperty(name).GetString() ?? "";
}
