using System.Buffers;
using Vitrine.Guard.Redaction.Matching;
using Vitrine.Pprof;
using Vitrine.Pprof.Views;

namespace Vitrine.Guard.Redaction.Formats;

/// <summary>What stands inside <c>&lt;script&gt;</c> and <c>&lt;style&gt;</c>: JSON, the profile of Vitrine's own page, or code.</summary>
static class ScriptText
{
    /// <summary>So many characters of base64 in one row may be a whole profile.</summary>
    const int LongestCode = 4096;

    static readonly SearchValues<byte> s_base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_"u8);

    /// <summary>Redacts the content of a script.</summary>
    /// <param name="redaction">The rules.</param>
    /// <param name="tag">The tag that opens it.</param>
    /// <param name="content">What stands in it.</param>
    /// <param name="redacted">The new content; null when it stays.</param>
    /// <returns>Why it cannot be done; null when it was.</returns>
    public static string? Redact(TextRedaction redaction, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> content, out byte[]? redacted)
    {
        redacted = null;
        if (content.IsEmpty)
            return null;
        var output = new ArrayBufferWriter<byte>(content.Length + 256);
        if (FlameGraphHtml.IsOwnAsset(content))
            return null;
        if (IsPage(tag))
            return Page(redaction, content, out redacted);
        if (JsonText.IsJson(content))
        {
            new JsonText(redaction, content, output).Run();
            redacted = output.WrittenSpan.SequenceEqual(content) ? null : output.WrittenSpan.ToArray();
            return null;
        }
        if (LongestRow(content) > LongestCode)
            return "The page has data in it that cannot be read (a long row of base64). Redact the profile itself (.pb.gz) and write the page anew.";
        if (redaction.Redact(content, TextKind.Lines, output))
            redacted = output.WrittenSpan.ToArray();
        return null;
    }

    static string? Page(TextRedaction redaction, ReadOnlySpan<byte> data, out byte[]? redacted)
    {
        try
        {
            // Names, files and notes are in one list there: none of them is only a path.
            redacted = FlameGraphHtml.RewriteData(data, (text, output) => redaction.Redact(text, TextKind.Text, output));
            return null;
        }
        catch (ProfileFormatException e)
        {
            redacted = null;
            return $"{e.Message} Redact the profile itself (.pb.gz) and write the page anew.";
        }
    }

    static bool IsPage(ReadOnlySpan<byte> tag) => tag.IndexOf("application/octet-stream"u8) >= 0;

    static int LongestRow(ReadOnlySpan<byte> text)
    {
        var longest = 0;
        while (!text.IsEmpty)
        {
            var length = text.IndexOfAnyExcept(s_base64) is >= 0 and var n ? n : text.Length;
            longest = Math.Max(longest, length);
            text = text[Math.Min(text.Length, length + 1)..];
        }
        return longest;
    }
}
