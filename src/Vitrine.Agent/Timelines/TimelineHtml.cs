using System.Buffers;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Vitrine.Agent.Timelines;

/// <summary>
/// A timeline as one HTML page that needs nothing else: script, style and data are inside, and its content security policy lets it load nothing and run
/// nothing but its own script (by hash). The data is JSON in which every character that HTML could obey is escaped, so no name can end the element it stands in;
/// the script only ever writes text into the page, never markup.
/// </summary>
static class TimelineHtml
{
    static readonly Lazy<(string Script, string Style, string Template)> Assets = new(static () => (Read("timeline.js"), Read("timeline.css"), Read("timeline.html")));

    public static void Write(Timeline timeline, Stream stream)
    {
        var (script, style, template) = Assets.Value;
        var policy = $"default-src 'none'; script-src '{Hash(script)}'; style-src '{Hash(style)}'; base-uri 'none'; form-action 'none'";
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);

        // One pass over the template: what is filled in is never looked at for further places to fill.
        var rest = template.AsSpan();
        while (rest.IndexOf("{{") is >= 0 and var open)
        {
            var close = open + rest[open..].IndexOf("}}");
            writer.Write(rest[..open]);
            writer.Write(rest[(open + 2)..close] switch
            {
                "policy" => policy,
                "title" => WebUtility.HtmlEncode(timeline.Title),
                "style" => style,
                "script" => script,
                "data" => Data(timeline),
                var unknown => throw new InvalidOperationException($"The template of the page has an unknown place {{{{{unknown}}}}}."),
            });
            rest = rest[(close + 2)..];
        }
        writer.Write(rest);
    }

    // The default encoder escapes <, >, & and quotes: this is why it is used here and not the relaxed one of the JSON documents.
    static string Data(Timeline timeline)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("start", timeline.Start.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteStartArray("notes");
            foreach (var note in timeline.Notes)
                json.WriteStringValue(note);
            json.WriteEndArray();
            json.WriteStartArray("tracks");
            foreach (var track in timeline.Tracks)
                Track(json, track);
            json.WriteEndArray();
            json.WriteStartArray("curves");
            foreach (var curve in timeline.Curves)
                Curve(json, curve);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static void Track(Utf8JsonWriter json, TimelineTrack track)
    {
        json.WriteStartObject();
        json.WriteString("name", track.Name);
        json.WriteStartArray("spans");
        foreach (var span in track.Spans)
        {
            // An array, not an object: a page may hold a hundred thousand of them.
            json.WriteStartArray();
            json.WriteNumberValue(span.StartNs);
            json.WriteNumberValue(span.DurationNs);
            json.WriteNumberValue((int)span.Kind);
            json.WriteStringValue(span.Name);
            foreach (var (name, value) in span.Details)
            {
                json.WriteStringValue(name);
                json.WriteStringValue(value);
            }
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Curve(Utf8JsonWriter json, TimelineCurve curve)
    {
        json.WriteStartObject();
        json.WriteString("name", curve.Name);
        json.WriteStartArray("points");
        foreach (var (at, value) in curve.Points)
        {
            json.WriteNumberValue(at);
            json.WriteNumberValue(value);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static string Hash(string inline) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(inline)));

    static string Read(string name)
    {
        using var stream = typeof(TimelineHtml).Assembly.GetManifestResourceStream("Vitrine.Agent.Timelines.Assets/" + name)
            ?? throw new InvalidOperationException($"The assembly lacks the embedded file {name}: it was not built from a complete checkout.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
