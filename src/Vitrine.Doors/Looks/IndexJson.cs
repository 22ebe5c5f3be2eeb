using System.Text.Json;

namespace Vitrine.Doors.Looks;

/// <summary>The index for programs: a JSON array of objects with <c>name</c>, <c>description</c> and, where it is known, <c>count</c>.</summary>
static class IndexJson
{
    public const string MediaType = "application/json";

    public static byte[] Write(IEnumerable<IndexEntry> entries)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartArray();
            foreach (var entry in entries.OrderBy(static one => one.Name, StringComparer.Ordinal))
            {
                json.WriteStartObject();
                json.WriteString("name", entry.Name);
                json.WriteString("description", entry.Description);
                if (entry.Count is { } count) json.WriteNumber("count", count);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return stream.ToArray();
    }

    /// <exception cref="JsonException">It is not what <see cref="Write"/> writes.</exception>
    public static IReadOnlyList<IndexEntry> Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(static one => new IndexEntry(one.GetProperty("name").GetString() ?? "", one.GetProperty("description").GetString() ?? "", one.TryGetProperty("count", out var count) ? count.GetInt64() : null))];
    }
}
