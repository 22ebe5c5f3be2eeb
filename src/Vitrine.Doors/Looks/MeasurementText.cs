using System.Globalization;
using System.Text;
using System.Text.Json;
using Vitrine.Instruments;

namespace Vitrine.Doors.Looks;

/// <summary>Measurements, which no profile can hold: a JSON document, or with <c>debug=1</c> a line for each. What is unknown is null with its reason.</summary>
static class MeasurementText
{
    public static byte[] Json(Look<IReadOnlyList<Measurement>> look)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
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

    public static string Text(Look<IReadOnlyList<Measurement>> look)
    {
        var text = new StringBuilder();
        foreach (var one in look.Result)
        {
            text.Append("# ").Append(one.Name);
            if (one.Attributes.Count > 0) text.Append('{').AppendJoin(',', one.Attributes.Select(static a => $"{a.Key}=\"{a.Value}\"")).Append('}');
            text.Append(" = ");
            if (one.Value.TryGet(out var number)) text.Append(CultureInfo.InvariantCulture, $"{number} {one.Unit}\n");
            else text.Append("unknown (").Append(one.Value.Reason).Append(")\n");
        }
        foreach (var note in look.Notes)
            text.Append("# ").Append(note).Append('\n');
        return text.ToString();
    }
}
