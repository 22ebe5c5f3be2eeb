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
    /// <param name="counts">What was taken out.</param>
    /// <exception cref="LookFaultException">It cannot be redacted.</exception>
    public static LookResult Redact(Redactor redactor, LookResult result, out RedactionCounts counts)
    {
        if (result.Profile is { } profile)
        {
            var redacted = redactor.Redact(profile);
            counts = redacted.Counts;
            return result with { Profile = redacted.Result };
        }
        var bytes = result.Bytes;
        if (result.File is { } file)
        {
            var content = new byte[file.Length];
            file.ReadExactly(content);
            bytes = content;
        }
        return redactor.TryRedact(result.ContentType, bytes, out var without, out counts, out var refusal)
            ? result with { Bytes = without, File = null }
            : throw new LookFaultException(LookStatus.Forbidden, refusal!);
    }
}
