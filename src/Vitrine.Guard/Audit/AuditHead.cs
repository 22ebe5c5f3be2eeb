using System.Text.Json;

namespace Vitrine.Guard.Audit;

/// <summary>How a file of the log begins.</summary>
/// <param name="FileNumber">Which file it is, as its <c>opened</c> says.</param>
/// <param name="First">Its first record: that one, or a <c>repaired</c> where the line before it was not finished.</param>
sealed record AuditHead(long FileNumber, AuditLink First)
{
    // Some lines that were not finished, and the records that say so.
    const int MaximumBytes = 4 * AuditLine.MaximumBytes;

    /// <summary>Reads the beginning of a file; null when there is none, or it does not begin as a file of this log does, with this key.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static AuditHead? Read(string path, AuditKey key)
    {
        if (!File.Exists(path)) return null;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        var bytes = new byte[(int)Math.Min(file.Length, MaximumBytes)];
        using var begin = new MemoryStream(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        var lines = new AuditLineReader(begin);
        AuditLink? first = null, last = null;
        while (lines.Read())
        {
            // What is no record was not finished, or is somebody else's: the records say nothing else because of it.
            if (!lines.IsWhole || lines.IsTooLong || AuditLine.Read(lines.Line, key) is not { } link) continue;
            if (!link.Holds || (last is not null && link.Previous != last.Hash)) return null;
            (first, last) = (first ?? link, link);
            var (what, number) = Details(lines.Line);
            if (what == "opened") return number > 0 ? new(number, first) : null;
            if (what != "repaired") return null;
        }
        return null;
    }

    static (string? Event, long FileNumber) Details(ReadOnlySpan<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line.ToArray(), new JsonDocumentOptions { MaxDepth = 4 });
            var root = document.RootElement;
            return (root.TryGetProperty("event", out var name) ? name.GetString() : null, root.TryGetProperty("file", out var file) && file.TryGetInt64(out var number) ? number : 0);
        }
        // Without a key, somebody else can make a record that holds.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return default;
        }
    }
}
