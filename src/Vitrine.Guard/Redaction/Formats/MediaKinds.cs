namespace Vitrine.Guard.Redaction.Formats;

/// <summary>What a media type may hold.</summary>
enum MediaKind
{
    /// <summary>Nothing that can be redacted.</summary>
    Unknown,
    /// <summary>Text of any kind.</summary>
    Text,
    /// <summary>Perhaps a profile.</summary>
    Binary,
}

/// <summary>What an answer is, by its media type and by its first bytes.</summary>
static class MediaKinds
{
    public static MediaKind Of(string mediaType)
    {
        var type = mediaType.AsSpan();
        if (type.IndexOf(';') is >= 0 and var parameters)
            type = type[..parameters];
        type = type.Trim();
        if (type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+xml", StringComparison.OrdinalIgnoreCase))
            return MediaKind.Text;
        return type.ToString().ToLowerInvariant() switch
        {
            "application/json" or "application/x-ndjson" or "application/ndjson" or "application/jsonl" or "application/xml" or "application/openmetrics-text" => MediaKind.Text,
            "application/octet-stream" or "application/gzip" or "application/x-gzip" or "application/vnd.google.protobuf" or "application/x-protobuf" or "application/protobuf" or "application/pprof" => MediaKind.Binary,
            _ => MediaKind.Unknown,
        };
    }

    public static string Refusal(string mediaType) => $"Answers of the type {mediaType.ReplaceLineEndings(" ")} cannot be redacted, so they are sent only to callers who may have them raw.";

    public static bool IsGzip(ReadOnlySpan<byte> content) => content.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]);

    /// <summary>Why a recording cannot be redacted; null when the content is none.</summary>
    public static string? Recording(ReadOnlySpan<byte> content) => content switch
    {
        _ when content.StartsWith("Nettrace"u8) => "A .NET event trace (nettrace) holds its texts in a form that Vitrine cannot redact, so it is sent only to callers who may have it raw. Ask for a profile instead: cpu, heap, allocs.",
        _ when content.StartsWith("go 1."u8) && content[..Math.Min(content.Length, 24)].IndexOf(" trace\0"u8) > 0 =>
            "A Go execution trace holds its texts in a form that Vitrine cannot redact, so it is sent only to callers who may have it raw. Ask for a profile instead: profile, goroutine, block.",
        _ => null,
    };
}
