using System.Runtime.InteropServices;
using System.Text.Json;

namespace Vitrine.Pprof.Views;

/// <summary>
/// Reads a speedscope file in two passes over its JSON: the fields of an object may come in any order, so the first pass collects what the second needs (frames, exporter).
/// The input is hostile: indexes, counts, depths and numbers are checked; time and memory are linear in the bytes of the file.
/// </summary>
internal sealed class SpeedscopeReader(ProfileLimits limits)
{
    readonly List<(string Name, string File, long Line, long Column)> _frames = [];
    readonly List<SpeedscopeProfile> _profiles = [];
    string _exporter = "";
    int _active;

    public Profile Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        var hasFrames = false;
        var hasProfiles = false;
        var json = new Utf8JsonReader(bytes);
        ReadObject(ref json, "the file", (ref Utf8JsonReader field, string name) =>
        {
            switch (name)
            {
                case "shared":
                    ReadObject(ref field, "shared", (ref Utf8JsonReader shared, string sharedName) =>
                    {
                        if (sharedName != "frames")
                            return false;
                        hasFrames = true;
                        ReadArray(ref shared, "shared.frames", ReadFrame);
                        return true;
                    });
                    return true;
                case "exporter" when field.TokenType == JsonTokenType.String:
                    _exporter = Text(ref field);
                    return true;
                case "activeProfileIndex" when field.TokenType == JsonTokenType.Number && field.TryGetInt32(out var index):
                    _active = index;
                    return true;
                case "profiles":
                    hasProfiles = true;
                    ReadArray(ref field, "profiles", (ref Utf8JsonReader item) => _profiles.Add(ReadProfile(ref item)));
                    return true;
                default:
                    return false;
            }
        });
        while (json.Read()) { } // trailing content is an error of the JSON, which this reports
        if (!hasFrames || !hasProfiles)
            throw Bad($"it has no \"{(hasFrames ? "profiles" : "shared.frames")}\". Is it another kind of JSON?");
        return new SpeedscopeAssembly(_frames, _profiles, limits).Build(_exporter.StartsWith(Speedscope.Exporter, StringComparison.Ordinal), _active);
    }

    void ReadFrame(ref Utf8JsonReader json)
    {
        if (_frames.Count >= Math.Min(limits.MaxLocations, limits.MaxFunctions))
            throw Bad($"it has more than {_frames.Count:N0} frames (ProfileLimits.MaxLocations, MaxFunctions).");
        var (name, file, line, column) = ("", "", 0L, 0L);
        ReadObject(ref json, "a frame", (ref Utf8JsonReader field, string key) =>
        {
            switch (key, field.TokenType)
            {
                case ("name", JsonTokenType.String): name = Text(ref field); return true;
                case ("file", JsonTokenType.String): file = Text(ref field); return true;
                case ("line", JsonTokenType.Number): line = Whole(ref field); return true;
                case ("col", JsonTokenType.Number): column = Whole(ref field); return true;
                default: return false;
            }
        });
        _frames.Add((name, file, line, column));
    }

    SpeedscopeProfile ReadProfile(ref Utf8JsonReader json)
    {
        if (_profiles.Count >= 100_000)
            throw Bad("it has more than 100,000 profiles.");
        var result = new SpeedscopeProfile();
        var where = $"profile {_profiles.Count}";
        ReadObject(ref json, where, (ref Utf8JsonReader field, string key) =>
        {
            switch (key)
            {
                case "type" when field.TokenType == JsonTokenType.String: result.Type = Text(ref field); return true;
                case "name" when field.TokenType == JsonTokenType.String: result.Name = Text(ref field); return true;
                case "unit" when field.TokenType == JsonTokenType.String: result.Unit = Text(ref field); return true;
                case "startValue": result.StartValue = Number(ref field, where); return true;
                case "endValue": result.EndValue = Number(ref field, where); return true;
                case "weights": ReadArray(ref field, where + ".weights", (ref Utf8JsonReader item) => result.Weights.Add(Number(ref item, where))); return true;
                case "samples": ReadArray(ref field, where + ".samples", (ref Utf8JsonReader item) => ReadSample(ref item, result, where)); return true;
                case "events": ReadArray(ref field, where + ".events", (ref Utf8JsonReader item) => ReadEvent(ref item, result, where)); return true;
                default: return false;
            }
        });
        return result;
    }

    void ReadSample(ref Utf8JsonReader json, SpeedscopeProfile profile, string where)
    {
        if (profile.Samples.Count >= limits.MaxSamples)
            throw Bad($"{where} has more than {limits.MaxSamples:N0} samples (ProfileLimits.MaxSamples).");
        var stack = new List<int>();
        ReadArray(ref json, where + ".samples", (ref Utf8JsonReader item) =>
        {
            if (stack.Count >= limits.MaxStackDepth)
                throw Bad($"a stack of {where} has more than {limits.MaxStackDepth:N0} frames (ProfileLimits.MaxStackDepth).");
            stack.Add(Index(ref item, where));
        });
        stack.Reverse();
        profile.Samples.Add(CollectionsMarshal.AsSpan(stack));
    }

    void ReadEvent(ref Utf8JsonReader json, SpeedscopeProfile profile, string where)
    {
        if (profile.Events.Count >= limits.MaxSamples)
            throw Bad($"{where} has more than {limits.MaxSamples:N0} events (ProfileLimits.MaxSamples).");
        var (isOpen, at, frame) = ((bool?)null, (double?)null, -1);
        ReadObject(ref json, "an event of " + where, (ref Utf8JsonReader field, string key) =>
        {
            switch (key)
            {
                case "type" when field.ValueTextEquals("O"u8): isOpen = true; return true;
                case "type" when field.ValueTextEquals("C"u8): isOpen = false; return true;
                case "at": at = Number(ref field, where); return true;
                case "frame": frame = Index(ref field, where); return true;
                default: return false;
            }
        });
        if (isOpen is null || at is null || frame < 0)
            throw Bad($"event {profile.Events.Count:N0} of {where} lacks its type (\"O\" or \"C\"), \"at\" or \"frame\".");
        profile.Events.Add(new SpeedscopeEvent(isOpen.Value, at.Value, frame));
    }

    delegate void ItemReader(ref Utf8JsonReader json);

    /// <summary>Reads the value of a field and returns true, or returns false to have it skipped. The reader stands on the value's first token, and must stand on its last afterwards.</summary>
    delegate bool FieldReader(ref Utf8JsonReader json, string name);

    static void ReadObject(ref Utf8JsonReader json, string what, FieldReader readField)
    {
        if (json.TokenType == JsonTokenType.None)
            json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
            throw Bad($"{what} is not an object, at byte {json.TokenStartIndex:N0}.");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            // Field names of the format are short; a long one is none of them and is not worth a string.
            var name = json.ValueSpan.Length <= 32 ? json.GetString() ?? "" : "";
            json.Read();
            if (!readField(ref json, name))
                json.Skip();
        }
    }

    static void ReadArray(ref Utf8JsonReader json, string what, ItemReader readItem)
    {
        if (json.TokenType != JsonTokenType.StartArray)
            throw Bad($"{what} is not an array, at byte {json.TokenStartIndex:N0}.");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            readItem(ref json);
    }

    string Text(ref Utf8JsonReader json)
    {
        if (json.ValueSpan.Length > limits.MaxStringBytes)
            throw Bad($"a text at byte {json.TokenStartIndex:N0} is longer than {limits.MaxStringBytes:N0} bytes (ProfileLimits.MaxStringBytes).");
        return json.GetString() ?? "";
    }

    int Index(ref Utf8JsonReader json, string where) =>
        json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var index) && index >= 0
            ? index
            : throw Bad($"{where} has something else than a frame's number at byte {json.TokenStartIndex:N0}.");

    static double Number(ref Utf8JsonReader json, string where) =>
        json.TokenType == JsonTokenType.Number && json.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Bad($"{where} has something else than a number at byte {json.TokenStartIndex:N0}.");

    static long Whole(ref Utf8JsonReader json) => json.TryGetInt64(out var number) && number > 0 ? number : 0;

    internal static ProfileFormatException Bad(string why) => new($"The speedscope file cannot be read: {why}");
}
