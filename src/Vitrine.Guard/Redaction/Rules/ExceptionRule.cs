using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>
/// The message of an exception, to the end of its line: <c>System.IO.IOException: …</c> and <c>panic: …</c>. The type's name stays, and so do the Go runtime's own errors, which hold nothing but small numbers.
/// Messages in labels and in JSON are found by their key.
/// </summary>
sealed class ExceptionRule : TextRule
{
    const int LongestCode = 64;

    public override TextTraits NeedsAll => TextTraits.ColonSpace;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        var i = 0;
        while (text[i..].IndexOf(": "u8) is >= 0 and var n)
        {
            var colon = i + n;
            i = colon + 2;
            if (!FollowsType(text[..colon]) && !FollowsPanic(text, colon))
                continue;
            var end = Letters.LineEnd(text, i);
            matches.Add(i, end, number);
            i = end;
        }
    }

    static bool FollowsType(ReadOnlySpan<byte> before)
    {
        // System.ComponentModel.Win32Exception (0x80004005): …
        if (before is [.., (byte)')'] && before[Math.Max(0, before.Length - LongestCode)..].LastIndexOf(" ("u8) is >= 0 and var open)
            before = before[..(Math.Max(0, before.Length - LongestCode) + open)];
        return before.EndsWith("Exception"u8) || before.EndsWith("Error"u8) && before is not [.., (byte)' ', (byte)'E', _, _, _, _];
    }

    static bool FollowsPanic(ReadOnlySpan<byte> text, int colon) =>
        Letters.IsWordAt(text, colon - 5, "panic"u8) && !text[(colon + 2)..].StartsWith("runtime error: "u8);

    /// <summary>Whether a key of a label or of a JSON document says that its value is such a message.</summary>
    public static bool IsMessageKey(ReadOnlySpan<byte> key)
    {
        foreach (var one in (ReadOnlySpan<string>)["exception.message", "exception_message", "exceptionmessage", "error.message", "error_message", "errormessage", "panic", "panicmessage", "panic_message", "panicvalue", "exception", "error", "message"])
            if (key.Length == one.Length && System.Text.Ascii.EqualsIgnoreCase(key, one))
                return true;
        return false;
    }
}
