using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vitrine.Agent.CommandLine;
using Vitrine.DotNet.Outside;
using Vitrine.Go;

namespace Vitrine.Agent.Json;

/// <summary>What all JSON documents have in common: the name of the schema and the program's version first, then the target. Written as a stream, so that a dump of a million goroutines needs no memory for its text.</summary>
static class JsonDocumentWriter
{
    static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Stream stream, string schema, Action<Utf8JsonWriter> writeFields, bool indented = true)
    {
        using (var json = new Utf8JsonWriter(stream, indented ? Options : Compact))
        {
            json.WriteStartObject();
            json.WriteString("schema", schema);
            json.WriteString("vitrineVersion", ProductVersion.Text);
            writeFields(json);
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
    }

    public static void WriteTarget(this Utf8JsonWriter json, GoTarget target)
    {
        var build = target.Binary.BuildInfo;
        json.WriteStartObject("target");
        json.WriteNumber("pid", target.Pid);
        json.WriteString("name", target.Name);
        json.WriteString("runtime", "go");
        json.WriteString("runtimeVersion", target.RuntimeVersion);
        WriteOptional(json, "module", build.ModulePath);
        WriteOptional(json, "moduleVersion", build.ModuleVersion);
        WriteOptional(json, "executable", target.ExecutablePath);
        json.WriteEndObject();
    }

    public static void WriteTarget(this Utf8JsonWriter json, DotNetTarget target)
    {
        json.WriteStartObject("target");
        json.WriteNumber("pid", target.Pid);
        json.WriteString("name", target.Name);
        json.WriteString("runtime", "dotnet");
        json.WriteString("runtimeVersion", target.RuntimeVersion);
        WriteOptional(json, "executable", target.Process.ExecutablePath);
        json.WriteEndObject();
    }

    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset time) =>
        json.WriteString(name, time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    public static void WriteOptional(this Utf8JsonWriter json, string name, string? value)
    {
        if (value is null)
            json.WriteNull(name);
        else
            json.WriteString(name, value);
    }

    public static void WriteOptional(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }

    /// <summary>Addresses are text: a JSON number loses digits above 2^53 in most readers.</summary>
    public static void WriteAddress(this Utf8JsonWriter json, string name, ulong address) =>
        json.WriteString(name, string.Create(CultureInfo.InvariantCulture, $"0x{address:x}"));
}
