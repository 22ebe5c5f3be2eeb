using System.Globalization;

namespace Vitrine.DotNet.Writing;

/// <summary>A page of ASCII that is put together in memory; a thread keeps its buffers for the next page, so that writing allocates nothing once they are large enough.</summary>
/// <remarks>A page has one line for each field, so the buffers stay under some 32 KB.</remarks>
sealed class PageBuffer
{
    [ThreadStatic]
    static PageBuffer? t_buffer;

    byte[] _bytes = new byte[16 * 1024];
    char[] _chars = [];
    int _length;

    /// <summary>The calling thread's buffer, empty.</summary>
    public static PageBuffer Rent()
    {
        var buffer = t_buffer ?? new();
        t_buffer = null;   // a destination that writes a page itself must not get the one it is being given
        buffer._length = 0;
        return buffer;
    }

    /// <summary>Gives the buffer back to the thread.</summary>
    public void Return() => t_buffer = this;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>The page as characters.</summary>
    public ReadOnlySpan<char> Chars
    {
        get
        {
            if (_chars.Length < _length) _chars = new char[_bytes.Length];
            for (var i = 0; i < _length; i++)
                _chars[i] = (char)_bytes[i];
            return _chars.AsSpan(0, _length);
        }
    }

    public void Append(ReadOnlySpan<byte> ascii)
    {
        Reserve(ascii.Length);
        ascii.CopyTo(_bytes.AsSpan(_length));
        _length += ascii.Length;
    }

    public void Append(string ascii)
    {
        Reserve(ascii.Length);
        foreach (var c in ascii)
            _bytes[_length++] = (byte)c;
    }

    public void Append(long value)
    {
        Reserve(20);
        value.TryFormat(_bytes.AsSpan(_length), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary><paramref name="value"/> times ten to the power <paramref name="exponent"/>, exactly and without trailing zeros; the exponent is 0 or negative.</summary>
    public void AppendScaled(long value, int exponent)
    {
        if (exponent == 0)
        {
            Append(value);
            return;
        }
        var divisor = 1L;
        for (var i = exponent; i < 0; i++)
            divisor *= 10;
        Append(value / divisor);
        var fraction = value % divisor;
        if (fraction == 0) return;
        Append("."u8);
        for (; fraction > 0; fraction %= divisor)
        {
            divisor /= 10;
            Append(fraction / divisor);
        }
    }

    public void Append(DateTime utc)
    {
        Reserve(40);
        utc.TryFormat(_bytes.AsSpan(_length), out var written, "yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);
        _length += written;
    }

    void Reserve(int more)
    {
        if (_bytes.Length - _length < more) Grow(more);
    }

    void Grow(int more) => Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + more));
}
