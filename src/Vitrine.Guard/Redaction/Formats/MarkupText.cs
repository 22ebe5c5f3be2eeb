using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Formats;

/// <summary>
/// Redacts HTML and SVG: texts, attributes, comments and CDATA, without their character references; scripts by what they hold. What stays is byte for byte as it was. The names of elements and attributes are not looked at.
/// </summary>
/// <remarks>
/// In a flame graph a box has its name twice: whole in its title, and cut to the box's width. Half a secret is found by no rule, so when a title was redacted, the text of its box is cut anew from the redacted title.
/// </remarks>
ref struct MarkupText(TextRedaction redaction, ReadOnlySpan<byte> markup, IBufferWriter<byte> output)
{
    static readonly SearchValues<byte> s_nameEnd = SearchValues.Create(" \t\r\n/>"u8);
    static readonly SearchValues<byte> s_unquotedEnd = SearchValues.Create(" \t\r\n>"u8);

    readonly ReadOnlySpan<byte> _markup = markup;
    int _copied;
    // The last title when it was redacted, as it is written now: its first line, for the text that follows it.
    byte[]? _redactedTitle;

    /// <summary>Whether a text is markup.</summary>
    public static bool IsMarkup(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("\uFEFF"u8))
            text = text[3..];
        text = text.TrimStart(" \t\r\n"u8);
        return text.Length > 1 && text[0] == '<' && (text[1] is (byte)'!' or (byte)'?' || Letters.IsLetter(text[1]));
    }

    /// <summary>Redacts to the end.</summary>
    /// <returns>Why it cannot be done; null when it was.</returns>
    public string? Run()
    {
        var i = 0;
        var element = ReadOnlySpan<byte>.Empty;
        while (i < _markup.Length)
        {
            var open = _markup[i..].IndexOf((byte)'<') is >= 0 and var n ? i + n : _markup.Length;
            Content(i, open, element);
            if (open == _markup.Length)
                break;
            var rest = _markup[open..];
            if (rest.StartsWith("<!--"u8))
                i = Section(open + 4, "-->"u8);
            else if (rest.StartsWith("<![CDATA["u8))
                i = Section(open + 9, "]]>"u8);
            else
            {
                i = Tag(open, out var isOpening, out var isAlone);
                var name = NameOf(open);
                element = isOpening && !isAlone ? name : default;
                if (isOpening && !isAlone && (IsNamed(name, "script"u8) || IsNamed(name, "style"u8)))
                {
                    var end = RawEnd(i, name);
                    if (ScriptText.Redact(redaction, _markup[open..i], _markup[i..end], out var script) is { } refusal)
                        return refusal;
                    if (script is not null)
                        Replace(i, end, script);
                    i = end;
                    element = default;
                }
            }
        }
        output.Write(_markup[_copied..]);
        return null;
    }

    void Content(int start, int end, ReadOnlySpan<byte> element)
    {
        if (start == end)
            return;
        if (_redactedTitle is { } title && IsNamed(element, "text"u8))
        {
            Replace(start, end, Cut(title, LettersOf(_markup[start..end])));
            return;
        }
        output.Write(_markup[_copied..start]);
        _copied = start;
        var isTitle = IsNamed(element, "title"u8);
        if (!isTitle)
        {
            if (redaction.Redact(_markup[start..end], TextKind.Lines, Escapes.Entities, output, MaskEncoding.Markup))
                _copied = end;
            return;
        }
        var redacted = new ArrayBufferWriter<byte>(end - start + 64);
        var isChanged = redaction.Redact(_markup[start..end], TextKind.Lines, Escapes.Entities, redacted, MaskEncoding.Markup);
        if (!isChanged)
        {
            _redactedTitle = null;
            return;
        }
        Replace(start, end, redacted.WrittenSpan);
        var line = redacted.WrittenSpan;
        _redactedTitle = line[..(line.IndexOf((byte)'\n') is >= 0 and var n ? n : line.Length)].ToArray();
    }

    int Section(int start, ReadOnlySpan<byte> close)
    {
        var end = _markup[start..].IndexOf(close) is >= 0 and var n ? start + n : _markup.Length;
        output.Write(_markup[_copied..start]);
        _copied = start;
        if (redaction.Redact(_markup[start..end], TextKind.Lines, output))
            _copied = end;
        return Math.Min(_markup.Length, end + close.Length);
    }

    /// <summary>Goes over one tag and redacts the values of its attributes.</summary>
    int Tag(int open, out bool isOpening, out bool isAlone)
    {
        isOpening = open + 1 < _markup.Length && Letters.IsLetter(_markup[open + 1]);
        isAlone = false;
        // A box ends: what follows belongs to another one.
        if (_markup[open..].StartsWith("</g"u8))
            _redactedTitle = null;
        var i = open + 1;
        var name = i;
        while (i < _markup.Length)
        {
            switch ((char)_markup[i])
            {
                case '>':
                    isAlone = _markup[i - 1] == '/' || !isOpening;
                    return i + 1;
                case '=':
                    var key = _markup[name..i];
                    i++;
                    while (i < _markup.Length && Letters.IsSpace(_markup[i]))
                        i++;
                    i = Attribute(key, i);
                    name = i;
                    break;
                case ' ' or '\t' or '\n' or '\r' or '/':
                    name = ++i;
                    break;
                default:
                    i++;
                    break;
            }
        }
        return i;
    }

    int Attribute(ReadOnlySpan<byte> key, int start)
    {
        if (start >= _markup.Length)
            return start;
        var quote = _markup[start];
        var isQuoted = quote is (byte)'"' or (byte)'\'';
        if (isQuoted)
            start++;
        var length = isQuoted ? _markup[start..].IndexOf(quote) : _markup[start..].IndexOfAny(s_unquotedEnd);
        var end = length < 0 ? _markup.Length : start + length;
        output.Write(_markup[_copied..start]);
        _copied = start;
        if (redaction.RuleOfKey(key, isLabel: false) is >= 0 and var rule)
        {
            using var view = new DecodedView(_markup[start..end], Escapes.Entities);
            if (redaction.Cover(view.Text, rule, output, MaskEncoding.Markup))
                _copied = end;
        }
        else if (redaction.Redact(_markup[start..end], TextKind.Text, Escapes.Entities, output, MaskEncoding.Markup))
            _copied = end;
        return isQuoted ? Math.Min(_markup.Length, end + 1) : end;
    }

    readonly ReadOnlySpan<byte> NameOf(int open)
    {
        var rest = _markup[(open + 1)..];
        var length = rest.IndexOfAny(s_nameEnd);
        return length < 0 ? rest : rest[..length];
    }

    static bool IsNamed(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower) => name.Length == lower.Length && Letters.IsAt(name, 0, lower);

    readonly int RawEnd(int start, ReadOnlySpan<byte> name)
    {
        var i = start;
        while (_markup[i..].IndexOf("</"u8) is >= 0 and var n)
        {
            i += n + 2;
            if (i + name.Length <= _markup.Length && System.Text.Ascii.EqualsIgnoreCase(_markup.Slice(i, name.Length), name))
                return i - 2;
        }
        return _markup.Length;
    }

    void Replace(int start, int end, ReadOnlySpan<byte> text)
    {
        output.Write(_markup[_copied..start]);
        output.Write(text);
        _copied = end;
    }

    /// <summary>How many letters a reader sees: a character reference is one.</summary>
    static int LettersOf(ReadOnlySpan<byte> text)
    {
        var (letters, i) = (0, 0);
        while (i < text.Length)
        {
            i += LetterLength(text[i..]);
            letters++;
        }
        return letters;
    }

    static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text, int letters)
    {
        var i = 0;
        for (; letters > 0 && i < text.Length; letters--)
            i += LetterLength(text[i..]);
        return text[..i];
    }

    static int LetterLength(ReadOnlySpan<byte> text)
    {
        if (text[0] == '&' && text[..Math.Min(text.Length, 12)].IndexOf((byte)';') is > 0 and var semicolon)
            return semicolon + 1;
        var length = text[0] < 0xC0 ? 1 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : 4;
        return Math.Min(length, text.Length);
    }
}
