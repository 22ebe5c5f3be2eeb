using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Vitrine.Pprof.Storage;

/// <summary>
/// A 64-bit multiply-and-fold hash. Seeded per process: profiles come from strangers, and with a known hash a small file could be built whose every
/// stack lands in one slot, which turns reading it from linear into quadratic. The value never leaves the process and never decides an order.
/// </summary>
internal static class SeededHash
{
    static readonly ulong Seed0 = NewSeed();
    static readonly ulong Seed1 = NewSeed();

    static ulong NewSeed() => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;

    [MethodImpl(HotLoop.Compile)]
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var a = Seed0 ^ (ulong)bytes.Length;
        var b = Seed1;
        while (bytes.Length >= 16)
        {
            a = Fold(a ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), Seed1);
            b = Fold(b ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), Seed0);
            bytes = bytes[16..];
        }
        if (bytes.Length >= 8)
        {
            a = Fold(a ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), Seed1);
            bytes = bytes[8..];
        }
        ulong tail = 0;
        for (var i = 0; i < bytes.Length; i++)
            tail |= (ulong)bytes[i] << (8 * i);
        return Fold(a ^ tail, b | 1) ^ Fold(b ^ Seed0, a | 1);
    }

    /// <summary>A hash of two numbers, for tables keyed by a pair.</summary>
    public static ulong Of(ulong x, ulong y) => Fold(Fold(x ^ Seed0, Seed1) ^ y, Seed0 | 1);

    static ulong Fold(ulong x, ulong y)
    {
        var high = Math.BigMul(x, y, out var low);
        return high ^ low;
    }
}
