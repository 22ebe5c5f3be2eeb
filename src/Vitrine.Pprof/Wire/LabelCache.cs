using System.Buffers.Binary;

namespace Vitrine.Pprof.Wire;

/// <summary>
/// Remembers which label the bytes of a short label message stand for. Direct-mapped: a newer label takes the place of an older one that falls on the same entry, so the size is fixed
/// whatever the file holds.
/// </summary>
internal sealed class LabelCache
{
    const int Entries = 4096;
    const int LongestMessage = 15;

    readonly (ulong Low, ulong High, int Number)[] _entries = new (ulong, ulong, int)[Entries];

    public bool TryGet(ReadOnlySpan<byte> message, out int number)
    {
        if (message.Length is 0 or > LongestMessage)
        {
            number = 0;
            return false;
        }
        Key(message, out var low, out var high);
        ref var entry = ref _entries[Slot(low, high)];
        number = entry.Number;
        return entry.Low == low && entry.High == high;
    }

    public void Set(ReadOnlySpan<byte> message, int number)
    {
        if (message.Length is 0 or > LongestMessage)
            return;
        Key(message, out var low, out var high);
        _entries[Slot(low, high)] = (low, high, number);
    }

    /// <summary>The bytes as two numbers. The length is part of them, which also makes the key of no message equal to an unused entry.</summary>
    static void Key(ReadOnlySpan<byte> message, out ulong low, out ulong high)
    {
        if (message.Length >= 8)
        {
            low = BinaryPrimitives.ReadUInt64LittleEndian(message);
            // The last eight bytes overlap the first: shift out what is in the low word already. A shift by 64 would be one by 0.
            high = message.Length == 8 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(message[^8..]) >> (8 * (16 - message.Length));
        }
        else
        {
            low = 0;
            for (var i = 0; i < message.Length; i++)
                low |= (ulong)message[i] << (8 * i);
            high = 0;
        }
        high |= (ulong)message.Length << 56;
    }

    static int Slot(ulong low, ulong high) => (int)(((low ^ (high * 31)) * 0x9E3779B97F4A7C15) >> 52);
}
