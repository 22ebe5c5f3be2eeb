using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Formats;

/// <summary>
/// Redacts JSON (RFC 8259), one document or a row of them (NDJSON): each string without its escapes, the values of telling keys whole, labels by their keys. What stays is byte for byte as it was, and the result is JSON.
/// </summary>
/// <remarks>
/// Walked by hand, not with the library's reader: a string must be cut where it stands, and a document that is cut off in the middle is redacted to its end.
/// </remarks>
/// <param name="redaction">The rules.</param>
/// <param name="json">What <see cref="IsJson"/> has said yes to.</param>
/// <param name="output">Where to.</param>
/// <param name="areLabels">The members of the outermost object are labels.</param>
ref struct JsonText(TextRedaction redaction, ReadOnlySpan<byte> json, IBufferWriter<byte> output, bool areLabels = false)
{
    const int DeepestNesting = 512;
    const int LongestKey = 1024;

    static readonly SearchValues<byte> s_stringEnd = SearchValues.Create("\"\\"u8);
    static readonly SearchValues<byte> s_outside = SearchValues.Create("{}[]:,\" \t\r\n0123456789+-.eEtrufalsn"u8);
    static readonly SearchValues<byte> s_number = SearchValues.Create("0123456789+-.eE"u8);

    /// <summary>An object or an array that is open.</summary>
    /// <param name="IsObject">Which of them.</param>
    /// <param name="IsLabels">Its members are labels.</param>
    /// <param name="Key">The key that it stands under, as a range of the document.</param>
    readonly record struct Open(bool IsObject, bool IsLabels, Range Key);

    readonly ReadOnlySpan<byte> _json = json;
    readonly Stack<Open> _open = new();
    int _copied;
    Range _key = default;

    /// <summary>Whether a text is JSON as far as <see cref="Run"/> looks: between its strings stands nothing but structure, numbers and literals.</summary>
    public static bool IsJson(ReadOnlySpan<byte> text)
    {
        var (i, depth) = (0, 0);
        var first = text.IndexOfAnyExcept(" \t\r\n"u8);
        if (first < 0 || text[first] is not ((byte)'{' or (byte)'['))
            return false;
        while (i < text.Length)
        {
            switch ((char)text[i])
            {
                case '"':
                    i = StringEnd(text, i + 1) + 1;
                    continue;
                case '{' or '[' when ++depth > DeepestNesting:
                    return false;
                case '}' or ']' when --depth < 0:
                    return false;
            }
            if (!s_outside.Contains(text[i]))
                return false;
            // Behind the first document stands another one, or nothing.
            if (depth == 0 && text[i] is not ((byte)'}' or (byte)']' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                return false;
            i++;
        }
        return true;
    }

    public void Run()
    {
        var i = 0;
        var expectsKey = false;
        while (i < _json.Length)
        {
            switch ((char)_json[i])
            {
                case '"':
                    var end = StringEnd(_json, i + 1);
                    if (expectsKey)
                    {
                        Replace(i + 1, end, redaction, TextKind.Text);
                        _key = (i + 1)..end;
                        expectsKey = false;
                    }
                    else
                        Value(i + 1, end);
                    i = Math.Min(end + 1, _json.Length);
                    break;
                case '{':
                    _open.Push(new Open(true, _open.Count == 0 ? areLabels : IsLabels(_key), _key));
                    expectsKey = true;
                    i++;
                    break;
                case '[':
                    _open.Push(new Open(false, _open.Count > 0 && _open.Peek().IsLabels, _key));
                    expectsKey = false;
                    i++;
                    break;
                case '}' or ']':
                    _key = _open.TryPop(out var closed) ? closed.Key : default;
                    expectsKey = false;
                    i++;
                    break;
                case ',':
                    expectsKey = _open.Count > 0 && _open.Peek().IsObject;
                    if (!expectsKey && _open.Count > 0)
                        _key = _open.Peek().Key;
                    i++;
                    break;
                case '-' or (>= '0' and <= '9'):
                    i = Number(i);
                    break;
                default:
                    i++;
                    break;
            }
        }
        output.Write(_json[_copied..]);
    }

    void Value(int start, int end)
    {
        if (RuleOfKey() is >= 0 and var rule)
        {
            using var view = new DecodedView(_json[start..end], Escapes.Backslash);
            Replace(start, end, view.Text, rule);
            return;
        }
        Replace(start, end, redaction, IsFile(_json[_key]) ? TextKind.File : TextKind.Text);
    }

    /// <summary>A number stays, unless its key says that it is a secret or a label that must not leave: then it becomes a string.</summary>
    int Number(int start)
    {
        var end = _json[start..].IndexOfAnyExcept(s_number) is >= 0 and var n ? start + n : _json.Length;
        if (RuleOfKey() is not (>= 0 and var rule))
            return end;
        output.Write(_json[_copied..start]);
        output.Write("\""u8);
        redaction.Cover(_json[start..end], rule, output, MaskEncoding.Json);
        output.Write("\""u8);
        _copied = end;
        return end;
    }

    int RuleOfKey()
    {
        var isLabel = _open.Count > 0 && _open.Peek().IsLabels;
        if (_key.Equals(default) && !isLabel)
            return -1;
        var key = _json[_key];
        // Asked for every member of an array: a key as long as the document must not be looked at each time. Its end is enough; a label with a key so long is nobody's.
        if (key.Length > LongestKey)
            key = key[^LongestKey..];
        if (!key.Contains((byte)'\\'))
            return redaction.RuleOfKey(key, isLabel);
        using var view = new DecodedView(key, Escapes.Backslash);
        return redaction.RuleOfKey(view.Text, isLabel);
    }

    void Replace(int start, int end, ReadOnlySpan<byte> value, int rule)
    {
        var masked = new ArrayBufferWriter<byte>(64);
        if (redaction.Cover(value, rule, masked, MaskEncoding.Json))
            Replace(start, end, masked.WrittenSpan);
    }

    void Replace(int start, int end, TextRedaction redaction, TextKind kind)
    {
        // The text up to here goes first, and goes whether or not something is found: nothing is written twice.
        output.Write(_json[_copied..start]);
        _copied = start;
        if (redaction.Redact(_json[start..end], kind, Escapes.Backslash, output, MaskEncoding.Json))
            _copied = end;
    }

    void Replace(int start, int end, ReadOnlySpan<byte> text)
    {
        output.Write(_json[_copied..start]);
        output.Write(text);
        _copied = end;
    }

    readonly bool IsLabels(Range key) => _json[key] is var name && (name.SequenceEqual("labels"u8) || name.SequenceEqual("attributes"u8) || name.SequenceEqual("tags"u8));

    static bool IsFile(ReadOnlySpan<byte> key) => key.SequenceEqual("file"u8) || key.SequenceEqual("filename"u8) || key.SequenceEqual("fileName"u8) || key.SequenceEqual("file_name"u8) || key.SequenceEqual("mapping"u8);

    /// <summary>Where a string's closing quote stands; the end of the text when it is missing.</summary>
    static int StringEnd(ReadOnlySpan<byte> json, int i)
    {
        while (i < json.Length && json[i..].IndexOfAny(s_stringEnd) is >= 0 and var n)
        {
            i += n;
            if (json[i] == '"')
                return i;
            i += 2;
        }
        return json.Length;
    }
}
