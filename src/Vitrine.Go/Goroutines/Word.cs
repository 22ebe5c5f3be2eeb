using System.Runtime.InteropServices;

namespace Vitrine.Go.Goroutines;

/// <summary>Little-endian words at offsets of a copied structure; the offset is checked against the copy.</summary>
internal static class Word
{
    public static ulong At(ReadOnlySpan<byte> bytes, int offset) => MemoryMarshal.Read<ulong>(bytes[offset..]);

    public static uint At32(ReadOnlySpan<byte> bytes, int offset) => MemoryMarshal.Read<uint>(bytes[offset..]);
}
