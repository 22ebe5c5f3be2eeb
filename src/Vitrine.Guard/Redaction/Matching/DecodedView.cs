using System.Buffers;

namespace Vitrine.Guard.Redaction.Matching;

/// <summary>A text without its escapes, in rented memory.</summary>
sealed class DecodedView : IDisposable
{
    byte[] _text;
    int[] _places;
    readonly int _length;
    readonly int _sourceLength;

    public DecodedView(ReadOnlySpan<byte> source, Escapes.Decoder decoder)
    {
        _sourceLength = source.Length;
        _text = ArrayPool<byte>.Shared.Rent(source.Length + 8);
        _places = ArrayPool<int>.Shared.Rent(source.Length + 8);
        _length = decoder(source, _text, _places);
    }

    /// <summary>Whether there was an escape: each is longer than what it stands for.</summary>
    public bool IsDifferent => _length != _sourceLength;

    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _length);

    /// <summary>Where a byte of the text begins in the source; the text's length gives the source's.</summary>
    public int Place(int i) => _places[i];

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_text);
        ArrayPool<int>.Shared.Return(_places);
        (_text, _places) = ([], []);
    }
}
