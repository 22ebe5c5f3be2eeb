using System.Text.Json;

namespace Vitrine.Guard.Switches;

/// <summary>
/// The switches' own file: one JSON object with a member for each switch, <c>true</c>, <c>false</c>, or an object with <c>on</c> and, if wanted, <c>until</c> (RFC 3339), <c>by</c> and <c>reason</c>.
/// A file is taken as a whole or not at all: half of what somebody wrote is not what he meant.
/// </summary>
static class SwitchFile
{
    /// <summary>A larger file is not read.</summary>
    public const int MaximumBytes = 64 * 1024;

    const int MaximumText = 256;

    static readonly JsonDocumentOptions s_options = new() { MaxDepth = 4, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    /// <summary>The bytes of the file; null when there is none.</summary>
    /// <exception cref="IOException">It cannot be read, or is too large.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[]? Read(string path)
    {
        if (!File.Exists(path)) return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[MaximumBytes + 1];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length <= MaximumBytes ? bytes[..length] : throw new IOException($"it has more than {MaximumBytes} bytes");
    }

    /// <summary>What it says.</summary>
    /// <param name="utf8">The file.</param>
    /// <param name="problem">Why it is not used, where the result is null.</param>
    public static Dictionary<string, SwitchWord>? Parse(ReadOnlyMemory<byte> utf8, out string? problem)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, s_options);
            return Words(document.RootElement, out problem);
        }
        catch (JsonException e)
        {
            problem = $"it is not JSON: {e.Message}";
            return null;
        }
    }

    static Dictionary<string, SwitchWord>? Words(JsonElement root, out string? problem)
    {
        problem = "it is not an object";
        if (root.ValueKind != JsonValueKind.Object) return null;
        var words = new Dictionary<string, SwitchWord>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject())
        {
            problem = $"{JsonEncodedText.Encode(member.Name[..Math.Min(member.Name.Length, MaximumText)])} is not a name of a switch";
            if (SwitchNames.Normalize(member.Name) is not { } name) return null;
            problem = $"{name} is there twice";
            if (words.ContainsKey(name)) return null;
            problem = $"{name} is not true, false or an object with \"on\"";
            if (Word(member.Value, name, ref problem) is not { } word) return null;
            words[name] = word;
        }
        problem = null;
        return words;
    }

    static SwitchWord? Word(JsonElement value, string name, ref string problem)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return new(value.GetBoolean());
        if (value.ValueKind != JsonValueKind.Object) return null;
        bool? isOn = null;
        DateTimeOffset? until = null;
        string? by = null, reason = null;
        foreach (var member in value.EnumerateObject())
        {
            var text = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : null;
            switch (member.Name)
            {
                case "on" when member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False: isOn = member.Value.GetBoolean(); break;
                case "until" when text is not null && member.Value.TryGetDateTimeOffset(out var time): until = time; break;
                case "by" when text is { Length: <= MaximumText }: by = text; break;
                case "reason" when text is { Length: <= MaximumText }: reason = text; break;
                default:
                    problem = $"{name}: the member {JsonEncodedText.Encode(member.Name[..Math.Min(member.Name.Length, MaximumText)])} is not understood, or has a wrong value";
                    return null;
            }
        }
        return isOn is { } on ? new(on, by, reason, Until: until) : null;
    }
}
