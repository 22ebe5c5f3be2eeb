using System.Globalization;
using System.Text;
using System.Text.Json;
using Vitrine.Guard.Switches;

namespace Vitrine.Doors.Looks;

/// <summary>How the guard's switches stand, who says so, since when and until when: JSON, or a line for each.</summary>
static class SwitchesPage
{
    /// <summary>Which of the two is wanted: JSON where it is named.</summary>
    public static LookResult Of(SwitchBoard switches, string accept) => accept.Contains("application/json", StringComparison.OrdinalIgnoreCase)
        ? new("application/json; charset=utf-8", null) { Bytes = Json(switches) }
        : new(LookResult.PlainText, null) { Bytes = Encoding.UTF8.GetBytes(Text(switches)) };

    static byte[] Json(SwitchBoard switches)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("switches");
            foreach (var one in switches.States)
                Write(json, one);
            json.WriteEndArray();
            json.WriteStartArray("problems");
            foreach (var problem in switches.Problems)
                json.WriteStringValue(problem);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }

    static void Write(Utf8JsonWriter json, SwitchState one)
    {
        json.WriteStartObject();
        json.WriteString("name", one.Name);
        json.WriteBoolean("on", one.IsOn);
        json.WriteString("source", Source(one));
        json.WriteString("by", one.By);
        json.WriteString("reason", one.Reason);
        if (one.Since is { } since) json.WriteString("since", since);
        else json.WriteNull("since");
        if (one.Until is { } until) json.WriteString("until", until);
        else json.WriteNull("until");
        json.WriteEndObject();
    }

    static string Text(SwitchBoard switches)
    {
        var text = new StringBuilder();
        foreach (var one in switches.States)
        {
            text.Append(CultureInfo.InvariantCulture, $"{one.Name} {(one.IsOn ? "on" : "off")} {Source(one)}");
            if (one.By is { } by) text.Append(" by ").Append(LegacyText.OneLine(by));
            if (one.Since is { } since) text.Append(CultureInfo.InvariantCulture, $" since {since:u}");
            if (one.Until is { } until) text.Append(CultureInfo.InvariantCulture, $" until {until:u}");
            if (one.Reason is { } reason) text.Append(": ").Append(LegacyText.OneLine(reason));
            text.Append('\n');
        }
        foreach (var problem in switches.Problems)
            text.Append("# ").Append(LegacyText.OneLine(problem)).Append('\n');
        return text.ToString();
    }

    static string Source(SwitchState one) => one.Source.ToString().ToLowerInvariant();
}
