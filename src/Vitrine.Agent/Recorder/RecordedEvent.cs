using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vitrine.Agent.Json;

namespace Vitrine.Agent.Recorder;

/// <summary>Something that happened, written down at once: it costs its bytes and holds on to nothing.</summary>
sealed class RecordedEvent
{
    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    RecordedEvent(DateTimeOffset at, byte[] line) => (At, Line) = (at, line);

    /// <summary>When it happened.</summary>
    public DateTimeOffset At { get; }

    /// <summary>One JSON object in UTF-8: <c>at</c>, <c>source</c>, <c>kind</c>, and what belongs to the kind.</summary>
    public byte[] Line { get; }

    /// <summary>Writes an event down.</summary>
    /// <param name="at">When it happened.</param>
    /// <param name="source">Who saw it: panic, gc, request, leak, sample.</param>
    /// <param name="kind">What happened.</param>
    /// <param name="write">Writes the fields of this kind.</param>
    public static RecordedEvent Of(DateTimeOffset at, string source, string kind, Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            json.WriteTime("at", at);
            json.WriteString("source", source);
            json.WriteString("kind", kind);
            write(json);
            json.WriteEndObject();
        }
        return new RecordedEvent(at, bytes.WrittenSpan.ToArray());
    }

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(Line);
}
