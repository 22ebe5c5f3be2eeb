using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Formats;

/// <summary>
/// Redacts lines of text: the old forms of Go's profiles (<c>debug=1</c>, <c>debug=2</c>), pages of names and figures, anything. In pieces of whole lines, so that memory does not grow with the text.
/// </summary>
ref struct LinesText(TextRedaction redaction, ReadOnlySpan<byte> text, IBufferWriter<byte> output)
{
    const int Piece = 64 << 10;
    const int LongestKeyBlock = 64 << 10;

    readonly ReadOnlySpan<byte> _text = text;

    public void Run()
    {
        var i = 0;
        while (i < _text.Length)
        {
            var end = PieceEnd(i);
            Headers(_text[i..end]);
            i = end;
        }
    }

    /// <summary>The headers of goroutines that have labels, and what stands between them.</summary>
    readonly void Headers(ReadOnlySpan<byte> piece)
    {
        while (GoroutineHeader.TryFind(piece, out var labels))
        {
            LabelLines(piece[..labels.Start]);
            GoroutineHeader.Redact(redaction, piece[labels], output);
            piece = piece[labels.End..];
        }
        LabelLines(piece);
    }

    /// <summary>Whole lines, and no key block in two.</summary>
    readonly int PieceEnd(int start)
    {
        if (_text.Length - start <= Piece)
            return _text.Length;
        // A line is never cut, however long: a secret could lie across the cut.
        var end = _text[(start + Piece)..].IndexOf((byte)'\n') is >= 0 and var line ? start + Piece + line + 1 : _text.Length;
        var begin = _text[start..end].LastIndexOf(Rules.PrivateKeyRule.Begin);
        if (begin >= 0 && _text[(start + begin)..end].IndexOf(Rules.PrivateKeyRule.End) < 0)
        {
            var after = _text[end..Math.Min(_text.Length, end + LongestKeyBlock)];
            if (after.IndexOf(Rules.PrivateKeyRule.End) is >= 0 and var close)
                end += close + (after[close..].IndexOf((byte)'\n') is >= 0 and var n ? n + 1 : after.Length - close);
        }
        return end;
    }

    /// <summary>The lines that list labels, <c># labels: {"key":"value"}</c>, go by the policy of labels, the others by the rules.</summary>
    readonly void LabelLines(ReadOnlySpan<byte> piece)
    {
        var marker = "# labels: {"u8;
        while (piece.IndexOf(marker) is >= 0 and var at)
        {
            var end = Letters.LineEnd(piece, at);
            var opening = at + marker.Length - 1;
            Plain(piece[..opening]);
            var labels = piece[opening..end];
            if (JsonText.IsJson(labels))
                new JsonText(redaction, labels, output, areLabels: true).Run();
            else
                Plain(labels);
            piece = piece[end..];
        }
        Plain(piece);
    }

    readonly void Plain(ReadOnlySpan<byte> piece)
    {
        if (!redaction.Redact(piece, TextKind.Lines, output))
            output.Write(piece);
    }
}
