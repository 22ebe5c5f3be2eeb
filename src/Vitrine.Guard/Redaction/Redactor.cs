using System.Buffers;
using Vitrine.Guard.Redaction.Formats;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.Guard.Redaction;

/// <summary>Takes secrets out of profiles, texts and whole answers by rules. Any number of threads may use one at once. docs/guard/redaction.md says what is found and what is out of reach.</summary>
public sealed class Redactor
{
    readonly RedactionRules _rules;
    readonly Masks _masks;
    readonly ProfileLimits _limits;

    /// <param name="rules">What to take out.</param>
    /// <param name="limits">Bounds of the profiles that <see cref="TryRedact"/> reads; null = the defaults.</param>
    public Redactor(RedactionRules rules, ProfileLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(rules);
        (_rules, _masks, _limits) = (rules, new Masks(rules), limits ?? ProfileLimits.Default);
    }

    /// <summary>The profile without its secrets. It merges, compares and opens as before; numbers are the same, except that a numeric label which must not leave becomes a text.</summary>
    public RedactionResult<Profile> Redact(Profile profile)
    {
        var text = NewText();
        var redacted = Rewrite.Of(profile, new ProfileRedaction(_rules, text));
        return new(redacted, text.Counts);
    }

    /// <summary>
    /// A text without its secrets. Its first bytes say what it is: JSON (also one document a line) stays JSON, HTML and SVG stay what they are, folded stacks and Prometheus metrics keep their numbers, and everything else is lines.
    /// Time is linear in the text; memory is that of the rules' matches, and for HTML and SVG that of the longest script.
    /// </summary>
    /// <exception cref="NotSupportedException">A page holds data that cannot be read, such as a compressed profile; the message says what to do. What was written by then is redacted.</exception>
    public RedactionCounts RedactText(ReadOnlySpan<byte> utf8, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var text = NewText();
        if (Redact(utf8, text, output) is { } refusal)
            throw new NotSupportedException(refusal);
        return text.Counts;
    }

    /// <summary>Whether answers of a media type can be redacted.</summary>
    /// <param name="mediaType">As in Content-Type; parameters do not matter.</param>
    public RedactionVerdict CanRedact(string mediaType)
    {
        ArgumentNullException.ThrowIfNull(mediaType);
        return MediaKinds.Of(mediaType) == MediaKind.Unknown ? new(false, MediaKinds.Refusal(mediaType)) : new(true, null);
    }

    /// <summary>Redacts a whole answer: a pprof profile (gzip or plain) is read, redacted and written again; text, JSON, HTML and SVG as <see cref="RedactText"/> does.</summary>
    /// <param name="mediaType">As in Content-Type.</param>
    /// <param name="body">The answer.</param>
    /// <param name="redacted">The redacted answer; empty when it is refused.</param>
    /// <param name="counts">What was taken out.</param>
    /// <param name="refusal">Why it cannot be redacted, a sentence for the caller; null when it was.</param>
    /// <returns>False when it cannot be redacted: then nothing of it may leave.</returns>
    public bool TryRedact(string mediaType, ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> redacted, out RedactionCounts counts, out string? refusal)
    {
        ArgumentNullException.ThrowIfNull(mediaType);
        (redacted, counts) = (default, RedactionCounts.None);
        var kind = MediaKinds.Of(mediaType);
        if (kind == MediaKind.Unknown)
        {
            refusal = MediaKinds.Refusal(mediaType);
            return false;
        }
        if (body.IsEmpty)
        {
            refusal = null;
            return true;
        }
        // The content has the last word: a profile that is called text would be cut to pieces, and a recording that is called a profile must not pass as text.
        if (MediaKinds.Recording(body.Span) is { } recording)
        {
            refusal = recording;
            return false;
        }
        if (kind == MediaKind.Binary || MediaKinds.IsGzip(body.Span))
            return TryRedactProfile(body, out redacted, out counts, out refusal);
        var text = NewText();
        var output = new ArrayBufferWriter<byte>(body.Length + 256);
        refusal = Redact(body.Span, text, output);
        if (refusal is not null)
            return false;
        (redacted, counts) = (output.WrittenMemory, text.Counts);
        return true;
    }

    bool TryRedactProfile(ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> redacted, out RedactionCounts counts, out string? refusal)
    {
        try
        {
            var result = Redact(ProfileReader.Read(body.Span, _limits));
            (redacted, counts, refusal) = (ProfileWriter.ToBytes(result.Result, MediaKinds.IsGzip(body.Span)), result.Counts, null);
            return true;
        }
        catch (ProfileFormatException e)
        {
            (redacted, counts) = (default, RedactionCounts.None);
            refusal = $"The answer is no profile that can be redacted, so it is not sent: {e.Message}";
            return false;
        }
    }

    /// <returns>Why the text cannot be redacted; null when it was.</returns>
    static string? Redact(ReadOnlySpan<byte> utf8, TextRedaction text, IBufferWriter<byte> output)
    {
        if (JsonText.IsJson(utf8))
            new JsonText(text, utf8, output).Run();
        else if (MarkupText.IsMarkup(utf8))
            return new MarkupText(text, utf8, output).Run();
        else if (MetricsText.IsMetrics(utf8))
            MetricsText.Redact(text, utf8, output);
        else if (FoldedText.IsFolded(utf8))
            FoldedText.Redact(text, utf8, output);
        else
            new LinesText(text, utf8, output).Run();
        return null;
    }

    TextRedaction NewText() => new(_rules, _masks);
}
