using System.Text;
using Vitrine.Guard.Redaction;

namespace Vitrine.Doors.Looks;

/// <summary>Takes secrets out of what a look gave, before it is written.</summary>
static class ResultRedaction
{
    /// <summary>Whether results of a kind of file can be redacted at all: known before anybody watches for half a minute. A format of its own is none that can.</summary>
    public static bool CanRedact(Redactor redactor, string mediaType) => mediaType != LookResult.Binary && redactor.CanRedact(mediaType).CanRedact;

    /// <summary>The result without its secrets.</summary>
    /// <param name="redactor">By which rules.</param>
    /// <param name="result">What the look gave; it is the caller's still.</param>
    /// <param name="commandLines">Those of before.</param>
    /// <param name="counts">What was taken out, by rule.</param>
    /// <exception cref="LookFaultException">It cannot be redacted.</exception>
    public static LookResult Redact(Redactor redactor, LookResult result, RedactedCommandLines commandLines, out IReadOnlyDictionary<string, long> counts)
    {
        if (result.Profile is { } profile)
        {
            var redacted = redactor.Redact(profile);
            counts = redacted.Counts.ByRule;
            return result with { Profile = redacted.Result };
        }
        var bytes = result.Bytes;
        if (result.File is { } file)
        {
            var content = new byte[file.Length];
            file.ReadExactly(content);
            bytes = content;
        }
        if (result.Form == ResultForm.CommandLine) return result with { Bytes = commandLines.Redact(redactor, bytes.Span, out counts) };
        if (!redactor.TryRedact(result.Form == ResultForm.Figures ? "application/json" : result.ContentType, bytes, out var without, out var found, out var refusal)) throw new LookFaultException(LookStatus.Forbidden, refusal!);
        counts = found.ByRule;
        return result with { Bytes = without, File = null };
    }

    /// <summary>A message without its secrets: what an instrument or a service says of why it cannot has paths and names in it.</summary>
    public static string Text(Redactor redactor, string message) => Text(redactor, message, out _);

    /// <summary>The same, with what was taken out. A text that cannot be redacted is replaced by the reason.</summary>
    public static string Text(Redactor redactor, string message, out RedactionCounts counts) =>
        redactor.TryRedact(LookResult.PlainText, Encoding.UTF8.GetBytes(message), out var redacted, out counts, out var refusal) ? Encoding.UTF8.GetString(redacted.Span) : refusal!;
}
