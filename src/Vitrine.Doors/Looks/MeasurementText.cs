using System.Globalization;
using System.Text.Json;
using Vitrine.Instruments;

namespace Vitrine.Doors.Looks;

/// <summary>Measurements, which no profile can hold: a JSON document, or with <c>debug=1</c> a line for each. What is unknown is null with its reason.</summary>
static class MeasurementText
{
    /// <exception cref="LookFaultException">It has more than <paramref name="maximumBytes"/>.</exception>
    public static byte[] Json(Look<IReadOnlyList<Measurement>> look, long maximumBytes)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(new BoundedStream(stream, maximumBytes), new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("captured_at", look.CapturedAt);
            json.WriteStartArray("measurements");
            foreach (var one in look.Result)
                Write(json, one);
            json.WriteEndArray();
            json.WriteStartArray("notes");
            foreach (var note in look.Notes)
                json.WriteStringValue(note);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    static void Write(Utf8JsonWriter json, Measurement one)
    {
        json.WriteStartObject();
        json.WriteString("name", one.Name);
        json.WriteString("unit", one.Unit);
        json.WriteString("kind", one.Kind.ToString().ToLowerInvariant());
        json.WriteStartObject("attributes");
        foreach (var (key, value) in one.Attributes)
            json.WriteString(key, value);
        json.WriteEndObject();
        if (one.Value.TryGet(out var number) && double.IsFinite(number)) json.WriteNumber("value", number);
        else
        {
            json.WriteNull("value");
            json.WriteString("unknown", one.Value.IsKnown ? "not a finite number" : one.Value.Reason);
        }
        json.WriteString("provenance", one.Value.Provenance.ToString());
        json.WriteEndObject();
    }

    /// <summary>The lines of a document that <see cref="Json"/> has written. Redaction has been over the document by then: it knows labels by their place in it, and a line has no such places.</summary>
    /// <exception cref="LookFaultException">They have more than <paramref name="maximumBytes"/>.</exception>
    public static byte[] Text(ReadOnlyMemory<byte> json, long maximumBytes)
    {
        using var document = JsonDocument.Parse(json);
        using var bytes = new MemoryStream();
        using (var text = new StreamWriter(new BoundedStream(bytes, maximumBytes)))
        {
            foreach (var one in document.RootElement.GetProperty("measurements").EnumerateArray())
                WriteLine(text, one);
            foreach (var note in document.RootElement.GetProperty("notes").EnumerateArray())
                text.Write($"# {Said(note)}\n");
        }
        return bytes.ToArray();
    }

    static void WriteLine(TextWriter text, JsonElement one)
    {
        text.Write($"# {Said(one.GetProperty("name"))}");
        var attributes = one.GetProperty("attributes").EnumerateObject().Select(static a => $"{LegacyText.OneLine(a.Name)}=\"{Said(a.Value)}\"").ToList();
        if (attributes.Count > 0) text.Write($"{{{string.Join(',', attributes)}}}");
        text.Write(one.GetProperty("value") is { ValueKind: JsonValueKind.Number } value
            ? string.Create(CultureInfo.InvariantCulture, $" = {value.GetDouble()} {Said(one.GetProperty("unit"))}\n")
            : $" = unknown ({Said(one.GetProperty("unknown"))})\n");
    }

    static string Said(JsonElement text) => LegacyText.OneLine(text.GetString() ?? "");
}
