using System.Buffers;
using System.Text;

namespace Vitrine.Pprof.Storage;

/// <summary>Gives equal strings the same number, compared by their UTF-8 bytes. Number 0 is the empty string, as profile.proto wants it.</summary>
internal sealed class StringInterner
{
    readonly SequenceInterner<byte> _interner = new(new SequenceStore<byte>());

    public StringInterner()
    {
        _interner.Intern([]);
        Strings = new StringStore(_interner.Store);
    }

    public StringStore Strings { get; }

    public int Intern(ReadOnlySpan<byte> utf8) => _interner.Intern(utf8);

    public int Intern(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return 0;
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = null;
        var buffer = size <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(size);
        var index = _interner.Intern(buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return index;
    }
}
