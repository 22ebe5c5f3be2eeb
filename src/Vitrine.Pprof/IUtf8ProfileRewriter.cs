using System.Buffers;

namespace Vitrine.Pprof;

/// <summary>
/// As <see cref="IProfileRewriter"/>, on the UTF-8 bytes that a profile keeps its strings in: nothing is decoded and nothing is allocated for a string that stays as it is. For rewriters that leave nearly everything
/// as it is, as redaction does. See <see cref="Rewrite.Of(Profile, IUtf8ProfileRewriter)"/>.
/// </summary>
public interface IUtf8ProfileRewriter
{
    /// <summary>What a string becomes. Called once for each different string of a kind (and label key), in no particular order.</summary>
    /// <param name="kind">What the string is.</param>
    /// <param name="text">The string; never empty, not necessarily valid UTF-8.</param>
    /// <param name="labelKey">For the text and unit of a label: its key, as it was before any rewriting. Otherwise empty.</param>
    /// <param name="output">The new string, for <see cref="RewriteOutcome.Changed"/>; what is written with any other outcome is thrown away.</param>
    RewriteOutcome Rewrite(ProfileStringKind kind, ReadOnlySpan<byte> text, ReadOnlySpan<byte> labelKey, IBufferWriter<byte> output);

    /// <summary>
    /// What a numeric label becomes: it stays a number, is dropped, or becomes a label with the text that was written to <paramref name="output"/>. Called once for each different label.
    /// </summary>
    RewriteOutcome RewriteNumber(ReadOnlySpan<byte> labelKey, ReadOnlySpan<byte> unit, long number, IBufferWriter<byte> output);
}
