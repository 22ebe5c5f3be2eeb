using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Vitrine.Guard.Identity;

/// <summary>
/// Whom the guard knows by credentials that it has checked. Kept by a salted SHA-256 of the credentials, never by themselves, and compared in constant time. Only credentials that hold come in, so that
/// nobody without any can push out others; credentials that failed are checked again each time, which is cheaper than letting strangers fill a table.
/// </summary>
/// <remarks>
/// A table of rows of four, without any lock for readers. A full row gives up the entry that would end first. The salt is this process's own: nobody can choose credentials by the row that they go to.
/// </remarks>
sealed class CallerCache
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashSize = SHA256.HashSizeInBytes;

    const int RowSize = 4;
    const int SaltSize = 16;

    readonly byte[] _salt = RandomNumberGenerator.GetBytes(SaltSize);
    readonly CachedCaller?[] _entries;
    readonly Lock _writing = new();

    public CallerCache(int entries) => _entries = new CachedCaller?[(entries + RowSize - 1) / RowSize * RowSize];

    /// <summary>The hash of a token. Allocates nothing.</summary>
    /// <returns>False when it is not ASCII, and so no token.</returns>
    public bool TryHash(ReadOnlySpan<char> token, Span<byte> hash)
    {
        Span<byte> salted = stackalloc byte[SaltSize + token.Length];
        _salt.CopyTo(salted);
        var isAscii = Ascii.FromUtf16(token, salted[SaltSize..], out _) == System.Buffers.OperationStatus.Done;
        if (isAscii) SHA256.HashData(salted, hash);
        CryptographicOperations.ZeroMemory(salted);
        return isAscii;
    }

    /// <summary>The entry with this hash, also when its time is over; null when there is none.</summary>
    public CachedCaller? Find(ReadOnlySpan<byte> hash)
    {
        foreach (ref var slot in Row(hash))
        {
            if (Volatile.Read(ref slot) is { } entry && CryptographicOperations.FixedTimeEquals(entry.Hash, hash)) return entry;
        }
        return null;
    }

    /// <summary>Keeps an entry; one with the same hash is replaced.</summary>
    public void Keep(CachedCaller entry)
    {
        lock (_writing)
        {
            var row = Row(entry.Hash);
            var best = 0;
            for (var i = 0; i < row.Length; i++)
            {
                if (row[i] is { } old && CryptographicOperations.FixedTimeEquals(old.Hash, entry.Hash))
                {
                    best = i;
                    break;
                }
                if (KnownUntil(row[i]) < KnownUntil(row[best])) best = i;
            }
            Volatile.Write(ref row[best], entry);
        }
    }

    /// <summary>Drops an entry: what it was about holds no more.</summary>
    public void Drop(CachedCaller entry)
    {
        lock (_writing)
        {
            foreach (ref var slot in Row(entry.Hash))
            {
                // Not one that has taken its place.
                if (ReferenceEquals(slot, entry)) Volatile.Write(ref slot, null);
            }
        }
    }

    static long KnownUntil(CachedCaller? entry) => entry?.KnownUntil.UtcTicks ?? 0;

    Span<CachedCaller?> Row(ReadOnlySpan<byte> hash)
    {
        var row = (int)(BinaryPrimitives.ReadUInt32LittleEndian(hash) % (uint)(_entries.Length / RowSize));
        return _entries.AsSpan(row * RowSize, RowSize);
    }
}
