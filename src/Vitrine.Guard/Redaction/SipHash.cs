using System.Buffers.Binary;
using System.Numerics;

namespace Vitrine.Guard.Redaction;

/// <summary>
/// SipHash-2-4 (https://www.aumasson.jp/siphash/siphash.pdf): a keyed function of short inputs that nobody can compute, or reverse by trying inputs, without the key. HMAC would do as well and takes
/// thirty times as long, which counts where every label text is replaced.
/// </summary>
readonly struct SipHash
{
    readonly ulong _k0, _k1;

    /// <param name="key">16 bytes.</param>
    public SipHash(ReadOnlySpan<byte> key)
    {
        _k0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        _k1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);
    }

    public ulong Of(ReadOnlySpan<byte> bytes)
    {
        var v0 = _k0 ^ 0x736f6d6570736575;
        var v1 = _k1 ^ 0x646f72616e646f6d;
        var v2 = _k0 ^ 0x6c7967656e657261;
        var v3 = _k1 ^ 0x7465646279746573;
        var last = (ulong)bytes.Length << 56 | Tail(bytes);
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            v3 ^= word;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
        }
        v3 ^= last;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xff;
        for (var i = 0; i < 4; i++)
            Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    /// <summary>The bytes behind the last whole word, the first of them lowest.</summary>
    static ulong Tail(ReadOnlySpan<byte> bytes)
    {
        var count = bytes.Length % 8;
        if (count == 0)
            return 0;
        // In one piece, with bytes of the word before, which are shifted out.
        if (bytes.Length >= 8)
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..]) >> 8 * (8 - count);
        var tail = 0UL;
        for (var i = 0; i < count; i++)
            tail |= (ulong)bytes[i] << 8 * i;
        return tail;
    }

    static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
