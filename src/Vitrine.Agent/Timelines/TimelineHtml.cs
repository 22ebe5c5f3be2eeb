using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Vitrine.Pprof.Views;

namespace Vitrine.Agent.Timelines;

/// <summary>
/// A timeline as one HTML page that needs nothing else (<see cref="StandalonePage"/>). The data is JSON in which every character that HTML could obey is escaped, so no name can end the element it stands in;
/// the script only ever writes text into the page, never markup.
/// </summary>
static class TimelineHtml
{
    static readonly Lazy<StandalonePage> Page = new(static () => new StandalonePage(Read("timeline.html"), Read("timeline.js"), Read("timeline.css")));

    public static void Write(Timeline timeline, Stream stream) => Page.Value.Write(stream, timeline.Title, Data(timeline));

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

    static string Read(string name)
    {
        using var stream = typeof(TimelineHtml).Assembly.GetManifestResourceStream("Vitrine.Agent.Timelines.Assets/" + name)
            ?? throw new InvalidOperationException($"The assembly lacks the embedded file {name}: it was not built from a complete checkout.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
