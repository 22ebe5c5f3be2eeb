using System.Buffers.Binary;

namespace Vitrine.Pprof.Wire;

/// <summary>
/// Remembers which label the bytes of a short label message stand for. Direct-mapped: a newer label takes the place of an older one that falls on the same entry, so the size is bounded
/// whatever the file holds. It grows to that with what it is told: most profiles are small, and the whole of it would be a large object for each of them, which the collector frees with its longest collection only.
/// </summary>
internal sealed class LabelCache
{
    const int FewestBits = 6;
    const int MostBits = 12;
    const int LongestMessage = 15;

    (ulong Low, ulong High, int Number)[] _entries = [];
    int _bits;
    int _untilGrowth;

    public bool TryGet(ReadOnlySpan<byte> message, out int number)
    {
        if (message.Length is 0 or > LongestMessage || _entries.Length == 0)
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
        if (_untilGrowth == 0)
            Grow();
        _untilGrowth--;
        Key(message, out var low, out var high);
        _entries[Slot(low, high)] = (low, high, number);
    }

    // Told as often as it has entries, it is too small, or nearly. What it knew is asked for again, which costs less than to move it.
    void Grow()
    {
        _bits = _bits == 0 ? FewestBits : Math.Min(_bits + 2, MostBits);
        _untilGrowth = _bits == MostBits ? int.MaxValue : 1 << _bits;
        _entries = new (ulong, ulong, int)[1 << _bits];
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

    int Slot(ulong low, ulong high) => (int)(((low ^ (high * 31)) * 0x9E3779B97F4A7C15) >> (64 - _bits));
}
