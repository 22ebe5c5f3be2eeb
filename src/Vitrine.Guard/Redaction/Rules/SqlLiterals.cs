using System.Text;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>Finds the literals of one statement, from its first word on: to the end of a value; among lines to the end of the line, or of the lines that go on with the statement.</summary>
ref struct SqlLiterals(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
{
    /// <summary>How far a quote may reach beyond its line.</summary>
    const int LongestQuote = 4 << 10;

    // After these a text in double quotes may be a string (MySQL); before, it is a name.
    static readonly byte[][] s_valueWords = [.. new[] { "where", "values", "set", "having", "on", "like", "in", "between", "limit", "and", "or", "then", "else", "when" }.Select(Encoding.ASCII.GetBytes)];

    static readonly byte[][] s_goesOn =
    [
        .. new[] { "and", "or", "where", "from", "set", "values", "order", "group", "limit", "offset", "join", "left", "right", "inner", "outer", "on", "having", "returning", "union", "select", "in", "not", "between", "like", "when", "then", "else", "end", "using" }
            .Select(Encoding.ASCII.GetBytes),
    ];

    readonly ReadOnlySpan<byte> _text = text;
    bool _isAmongValues;
    bool _isAfterIn;
    bool _isInList;
    int _lastInList = -1;

    /// <returns>Where the statement ends.</returns>
    public int Find(int start)
    {
        var i = start;
        while (i < _text.Length)
        {
            var c = _text[i];
            switch ((char)c)
            {
                case '\n' or '\r' when kind == TextKind.Lines && !GoesOn(i):
                    return i;
                case '\'':
                    i = Literal(i, QuoteEnd(i + 1, c));
                    break;
                case '"':
                    var end = QuoteEnd(i + 1, c);
                    i = IsString(i) ? Literal(i, end) : end;
                    break;
                case '`':
                    i = QuoteEnd(i + 1, c);
                    break;
                case '$' when DollarTag(i) is > 0 and var tag:
                    i = Literal(i, DollarEnd(i, tag));
                    break;
                case '$' or ':' or '@' when Letters.IsWordAt(_text, i + 1):
                    i = WordEnd(i + 1);
                    break;
                case '/' when i + 1 < _text.Length && _text[i + 1] == '*':
                    i = Comment(i + 2);
                    break;
                case >= '0' and <= '9':
                    i = Literal(i, NumberEnd(i));
                    break;
                case '(':
                    _isInList = _isAfterIn;
                    _isAfterIn = false;
                    i++;
                    break;
                case ')':
                    _isInList = false;
                    _lastInList = -1;
                    i++;
                    break;
                default:
                    i = Letters.IsWord(c) ? Word(i) : i + 1;
                    break;
            }
        }
        return i;
    }

    int Literal(int start, int end)
    {
        if (_isInList && _lastInList >= 0 && _text[_lastInList..start].IndexOfAnyExcept(" \t\r\n,"u8) < 0)
            matches.ExtendLast(end);
        else
            matches.Add(start, end, number);
        _lastInList = _isInList ? end : -1;
        return end;
    }

    int Word(int start)
    {
        var end = WordEnd(start);
        var word = _text[start..end];
        // N'…', E'…', X'…', U&'…'
        if (end < _text.Length && word.Length == 1 && (word[0] | 0x20) is 'n' or 'e' or 'x' or 'b' or 'u' && (_text[end] == '\'' || _text[end..].StartsWith("&'"u8)))
        {
            var quote = _text[end] == '\'' ? end : end + 1;
            return Literal(start, QuoteEnd(quote + 1, (byte)'\''));
        }
        _isAfterIn = word.Length == 2 && Letters.IsAt(word, 0, "in"u8);
        _isAmongValues = _isAmongValues || IsAny(s_valueWords, word);
        return end;
    }

    static bool IsAny(byte[][] words, ReadOnlySpan<byte> word)
    {
        foreach (var one in words)
            if (one.Length == word.Length && Letters.IsAt(word, 0, one))
                return true;
        return false;
    }

    readonly int WordEnd(int i)
    {
        while (i < _text.Length && Letters.IsWord(_text[i]))
            i++;
        return i;
    }

    readonly int NumberEnd(int i)
    {
        while (i < _text.Length && (Letters.IsWord(_text[i]) || _text[i] == '.' || _text[i] is (byte)'+' or (byte)'-' && (_text[i - 1] | 0x20) == 'e' && Letters.IsDigitAt(_text, i + 1)))
            i++;
        return i;
    }

    /// <summary>Behind the closing quote; a doubled one and one after a backslash do not close. Without one, the end of the statement.</summary>
    readonly int QuoteEnd(int start, byte quote)
    {
        var last = kind == TextKind.Lines ? Math.Min(_text.Length, start + LongestQuote) : _text.Length;
        for (var i = start; i < last; i++)
        {
            var n = _text[i..last].IndexOfAny(quote, (byte)'\\');
            if (n < 0)
                break;
            i += n;
            if (_text[i] == '\\')
                i++;
            else if (i + 1 < last && _text[i + 1] == quote)
                i++;
            else
                return i + 1;
        }
        return kind == TextKind.Lines ? Letters.LineEnd(_text, start) : _text.Length;
    }

    readonly bool IsString(int quote)
    {
        if (!_isAmongValues)
            return false;
        var i = quote;
        while (i > 0 && Letters.IsSpace(_text[i - 1]))
            i--;
        return i > 0 && (_text[i - 1] is (byte)'=' or (byte)'<' or (byte)'>' or (byte)'(' or (byte)',' or (byte)'~' or (byte)'|' || Letters.IsWordAt(_text, i - 4, "like"u8) || Letters.IsWordAt(_text, i - 7, "between"u8));
    }

    /// <summary>The length of <c>$tag$</c>; 0 when it is none.</summary>
    readonly int DollarTag(int i)
    {
        if (Letters.IsDigitAt(_text, i + 1))
            return 0;
        var end = WordEnd(i + 1);
        return end < _text.Length && end - i < 66 && _text[end] == '$' ? end + 1 - i : 0;
    }

    readonly int DollarEnd(int i, int tag) => _text[(i + tag)..].IndexOf(_text.Slice(i, tag)) is >= 0 and var n ? i + tag + n + tag : _text.Length;

    readonly int Comment(int start)
    {
        var end = _text[start..].IndexOf("*/"u8) is >= 0 and var n ? start + n : _text.Length;
        if (!_text[start..end].SequenceEqual("?"u8))
            matches.Add(start, end, number);
        return Math.Min(_text.Length, end + 2);
    }

    readonly bool GoesOn(int lineEnd)
    {
        var i = lineEnd;
        while (i < _text.Length && Letters.IsSpace(_text[i]))
            i++;
        return IsAny(s_goesOn, _text[i..WordEnd(Math.Min(i, _text.Length))]);
    }
}
