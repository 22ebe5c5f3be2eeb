using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>The user's name in the path of a home directory: <c>/home/NAME</c>, <c>/Users/NAME</c>, <c>C:\Users\NAME</c>.</summary>
sealed class HomeRule : TextRule
{
    const int LongestName = 128;

    static readonly SearchValues<byte> s_end = SearchValues.Create("/\\ \t\r\n\"'`<>|:;,()[]{}&?#*="u8);
    // A Windows name may have spaces in it, and then a separator follows.
    static readonly SearchValues<byte> s_hardEnd = SearchValues.Create("/\\\t\r\n\"'`<>|:;*?"u8);
    static readonly SearchValues<byte> s_initials = SearchValues.Create("hU"u8);

    public override TextTraits NeedsAll => TextTraits.FolderStart;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        var i = 0;
        while (text[i..].IndexOfAny(s_initials) is >= 0 and var n)
        {
            var at = i + n;
            i = at + 1;
            if (at == 0 || text[at - 1] is not ((byte)'/' or (byte)'\\'))
                continue;
            var start = AfterFolder(text, at);
            if (start < 0)
                continue;
            i = NameEnd(text, start);
            matches.Add(start, i, number);
        }
    }

    static int AfterFolder(ReadOnlySpan<byte> text, int at)
    {
        var length = text[at..].StartsWith("home"u8) ? 4 : Letters.IsAt(text, at, "users"u8) ? 5 : 0;
        var i = at + length;
        if (length == 0 || i >= text.Length || text[i] is not ((byte)'/' or (byte)'\\'))
            return -1;
        // Of a URL's path (https://host/users/7) or of a Go import path ("x/home/y") it is not: the folder is at the root, or below a drive.
        if (!IsAtRoot(text, at - 1))
            return -1;
        while (i < text.Length && i < at + length + 4 && text[i] is (byte)'/' or (byte)'\\')
            i++;
        return i;
    }

    static bool IsAtRoot(ReadOnlySpan<byte> text, int separator)
    {
        while (separator > 0 && text[separator - 1] is (byte)'/' or (byte)'\\')
            separator--;
        if (separator == 0 || !Letters.IsWord(text[separator - 1]))
            return true;
        var before = text[..separator];
        return before.EndsWith("/export"u8) || before.EndsWith("/var"u8) || before.EndsWith("/data"u8) || before.EndsWith("/private"u8) || before.EndsWith("/Volumes"u8)
            || before.EndsWith("/mnt/c"u8) || before.EndsWith("/mnt/d"u8) || before.EndsWith("/c"u8);
    }

    static int NameEnd(ReadOnlySpan<byte> text, int start)
    {
        var rest = text[start..Math.Min(text.Length, start + LongestName)];
        var end = rest.IndexOfAny(s_end) is >= 0 and var n ? n : rest.Length;
        if (end < rest.Length && rest[end] == ' ' && rest.IndexOfAny(s_hardEnd) is > 0 and var hard && rest[hard] == '\\')
            end = hard;
        return start + end;
    }
}
