using System.Text.Json.Serialization;

namespace Vitrine.Agent.Dumps;

/// <summary>The fields of a saved dump that a comparison reads; docs/json.md has them all.</summary>
sealed record SavedDumpDocument
{
    public string? Schema { get; init; }
    public DateTimeOffset CapturedAt { get; init; }
    public List<SavedGoroutine>? Goroutines { get; init; }
}

sealed record SavedGoroutine
{
    public ulong Id { get; init; }
    public string State { get; init; } = "";
    public string? WaitReason { get; init; }
    public SavedSite? CreatedBy { get; init; }
    public List<SavedFrame> Frames { get; init; } = [];
}

readonly record struct SavedFrame(string Function, string File, int Line, bool RuntimeInternal);

sealed record SavedSite(string Function, string File, int Line);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SavedDumpDocument))]
sealed partial class SavedDumpJsonContext : JsonSerializerContext;
