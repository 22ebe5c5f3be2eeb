using System.Text;

namespace Vitrine.AspNetCore.Panics;

/// <summary>Text up to a number of characters; the rest is left out, and that is said at the end.</summary>
sealed class BoundedText(int limit) : TextWriter
{
    readonly StringBuilder _text = new();
    long _leftOut;

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        var kept = Math.Min(buffer.Length, limit - _text.Length);
        _text.Append(buffer[..kept]);
        _leftOut += buffer.Length - kept;
    }

    public override string ToString() => _leftOut == 0 ? _text.ToString() : $"{_text}\n({_leftOut} more characters are left out)\n";
}
