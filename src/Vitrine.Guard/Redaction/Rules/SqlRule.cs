using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>
/// The literals of SQL statements: strings, numbers, dollar quotes, the contents of comments; a list of literals after IN becomes one, so that statements of one shape are one. Names and parameters (<c>$1</c>, <c>@id</c>, <c>:id</c>) stay.
/// </summary>
sealed class SqlRule : TextRule
{
    public override TextTraits NeedsAll => TextTraits.WordEnd;

    static readonly SearchValues<byte> s_blanks = SearchValues.Create(" \t\r\n"u8);

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        var ahead = new SqlWordsAhead();
        var i = 0;
        while (text[i..].IndexOfAny(s_blanks) is >= 0 and var n)
        {
            var blank = i + n;
            i = blank + 1;
            if (blank > 0 && EndsAWord(text[blank - 1]) && BeginsStatement(text, blank, ref ahead))
                i = Math.Max(i, new SqlLiterals(text, kind, number, matches).Find(blank));
        }
    }

    // The last letters of the words that begin a statement.
    static bool EndsAWord(byte c) => (c | 0x20) is 't' or 'e' or 's' or 'g' or 'c' or 'l' or 'd';

    /// <summary>Whether the word before a blank begins a statement, or a part of one. English uses most of these words too, so something else of a statement must follow.</summary>
    static bool BeginsStatement(ReadOnlySpan<byte> text, int blank, ref SqlWordsAhead ahead)
    {
        var start = blank;
        while (start > 0 && blank - start < 11 && Letters.IsLetter(text[start - 1]))
            start--;
        if (blank - start is < 3 or > 10 || Letters.IsWordAt(text, start - 1))
            return false;
        var word = text[start..blank];
        var next = blank;
        while (next < text.Length && Letters.IsSpace(text[next]))
            next++;
        if (next == text.Length)
            return false;
        return (word.Length, word[0] | 0x20) switch
        {
            (6, 's') => Is(word, "select"u8) && (text[next] is (byte)'\'' or (byte)'*' || Letters.IsDigit(text[next]) || ahead.HasFrom(text, next) || SqlWordsAhead.HasCall(text, next) && ahead.HasQuote(text, next)),
            (6, 'i') => Is(word, "insert"u8) && (Letters.IsWordAt(text, next, "into"u8) || Letters.IsWordAt(text, next, "ignore"u8) || Letters.IsWordAt(text, next, "or"u8)),
            (6, 'u') => Is(word, "update"u8) && ahead.HasSet(text, next),
            (6, 'd') => Is(word, "delete"u8) && Letters.IsWordAt(text, next, "from"u8),
            (7, 'r') => Is(word, "replace"u8) && Letters.IsWordAt(text, next, "into"u8),
            (5, 'm') => Is(word, "merge"u8) && Letters.IsWordAt(text, next, "into"u8),
            (6, 'v') => Is(word, "values"u8) && text[next] == '(',
            (5, 'w') => Is(word, "where"u8) && ahead.HasOperator(text, next),
            (6, 'h') => Is(word, "having"u8) && ahead.HasOperator(text, next),
            (4, 'e') => Is(word, "exec"u8) && ahead.HasQuote(text, next),
            (7, 'e') => Is(word, "execute"u8) && ahead.HasQuote(text, next),
            (4, 'c') => Is(word, "call"u8) && SqlWordsAhead.HasCall(text, next),
            (8, 'p') => Is(word, "password"u8) && (text[next] == '\'' || Letters.IsWordAt(text, next, "for"u8) && ahead.HasQuote(text, next)),
            (10, 'i') => Is(word, "identified"u8) && Letters.IsWordAt(text, next, "by"u8) && ahead.HasQuote(text, next),
            (3, 's') => Is(word, "set"u8) && SqlWordsAhead.HasAssignment(text, next),
            _ => false,
        };
    }

    static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> lower) => Letters.IsAt(word, 0, lower);
}
