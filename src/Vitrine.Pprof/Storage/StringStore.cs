using System.Text;

namespace Vitrine.Pprof.Storage;

/// <summary>
/// The string table of a profile, kept as the UTF-8 bytes it is written with. A string is decoded when somebody asks for it, and then once: most of a large
/// profile is merged and written again without anybody looking at a single name. Bytes that are not UTF-8 survive a round trip.
/// </summary>
internal sealed class StringStore
{
    readonly SequenceStore<byte> _bytes;
    string?[]? _decoded;

    public StringStore(SequenceStore<byte> bytes) => _bytes = bytes;

    public int Count => _bytes.Count;

    public ReadOnlySpan<byte> Bytes(int index) => _bytes[index];

    public string this[int index]
    {
        get
        {
            // Two threads may decode the same string at once; both get an equal one and either may stay.
            var cache = _decoded;
            if (cache is null || cache.Length < Count)
                _decoded = cache = new string?[Count];
            return cache[index] ??= Decode(_bytes[index]);
        }
    }

    static string Decode(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? "" : Encoding.UTF8.GetString(bytes);
}
