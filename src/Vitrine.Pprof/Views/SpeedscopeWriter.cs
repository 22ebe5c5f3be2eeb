using System.Text.Json;

namespace Vitrine.Pprof.Views;

/// <summary>Writes a call tree as a speedscope file: every node with a value of its own is one weighted sample.</summary>
internal static class SpeedscopeWriter
{
    public static void Write(CallTree tree, Stream destination, string? name, int activeProfile)
    {
        using var json = new Utf8JsonWriter(destination);
        json.WriteStartObject();
        json.WriteString("$schema"u8, "https://www.speedscope.app/file-format-schema.json"u8);
        json.WriteStartObject("shared"u8);
        json.WriteStartArray("frames"u8);
        foreach (var frame in tree.Frames)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, frame.Name);
            if (frame.File.Length > 0)
                json.WriteString("file"u8, frame.File);
            if (frame.Line > 0)
                json.WriteNumber("line"u8, frame.Line);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("profiles"u8);
        for (var column = 0; column < tree.SampleTypes.Count; column++)
            WriteProfile(json, tree, column);
        json.WriteEndArray();
        if (name is not null)
            json.WriteString("name"u8, name);
        json.WriteNumber("activeProfileIndex"u8, activeProfile);
        json.WriteString("exporter"u8, Speedscope.Exporter);
        json.WriteEndObject();
        json.Flush();
    }

    static void WriteProfile(Utf8JsonWriter json, CallTree tree, int column)
    {
        var type = tree.SampleTypes[column];
        var self = tree.Self(column);
        json.WriteStartObject();
        json.WriteString("type"u8, "sampled"u8);
        json.WriteString("name"u8, type.ToString());
        json.WriteString("unit"u8, SpeedscopeUnit.Of(type.Unit));
        json.WriteNumber("startValue"u8, 0);
        json.WriteNumber("endValue"u8, tree.Total(column)[0]);
        json.WriteStartArray("samples"u8);
        var path = new List<int>();
        for (var node = 0; node < tree.NodeCount; node++)
        {
            if (self[node] == 0)
                continue;
            path.Clear();
            for (var at = node; at > 0; at = tree.Parents[at])
                path.Add(tree.FrameIndexes[at]);
            json.WriteStartArray();
            for (var i = path.Count - 1; i >= 0; i--)
                json.WriteNumberValue(path[i]);
            json.WriteEndArray();
            if (json.BytesPending > 1 << 20)
                json.Flush();
        }
        json.WriteEndArray();
        json.WriteStartArray("weights"u8);
        foreach (var value in self)
            if (value != 0)
                json.WriteNumberValue(value);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
