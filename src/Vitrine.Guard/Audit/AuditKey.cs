using System.Security.Cryptography;

namespace Vitrine.Guard.Audit;

/// <summary>How the records of a chain are hashed: SHA-256, or HMAC-SHA-256 with a key.</summary>
public sealed class AuditKey
{
    /// <summary>A key file is not longer than this.</summary>
    public const int MaximumBytes = 4096;

    /// <summary>A key is not shorter than this.</summary>
    public const int MinimumBytes = 32;

    /// <summary>Bytes of a hash.</summary>
    internal const int HashBytes = SHA256.HashSizeInBytes;

    readonly byte[]? _key;

    AuditKey(byte[]? key)
    {
        _key = key;
        if (key is not null) Id = Convert.ToHexStringLower(HMACSHA256.HashData(key, "vitrine audit key"u8).AsSpan(0, 8));
    }

    /// <summary>No key.</summary>
    public static AuditKey None { get; } = new(null);

    /// <summary>A name of the key that tells nothing of it; null without one.</summary>
    public string? Id { get; }

    /// <summary><c>sha256</c> or <c>hmac-sha256</c>.</summary>
    public string Algorithm => _key is null ? "sha256" : "hmac-sha256";

    /// <summary>The key in a file: its bytes, without the line ends at its end.</summary>
    /// <exception cref="InvalidDataException">It is too short or too long; the message says so.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static AuditKey Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        // Of the open file, so that another one cannot take its place in between. Whoever has the key can make a chain that holds.
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new InvalidDataException($"{path}: others than its owner may read or change this key: chmod 600 it.");
        var bytes = new byte[MaximumBytes + 1];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length > MaximumBytes) throw new InvalidDataException($"{path} is no key: it has more than {MaximumBytes} bytes.");
        return Of(bytes.AsSpan(0, length).TrimEnd("\r\n"u8)) ?? throw new InvalidDataException($"{path} is no key: it has less than {MinimumBytes} bytes. One can be made with: openssl rand -hex 32");
    }

    /// <summary>A key of these bytes; null when they are too few.</summary>
    internal static AuditKey? Of(ReadOnlySpan<byte> key) => key.Length >= MinimumBytes ? new(key.ToArray()) : null;

    /// <summary>The hash of a record. Allocates nothing.</summary>
    internal void Hash(ReadOnlySpan<byte> record, Span<byte> hash)
    {
        if (_key is null) SHA256.HashData(record, hash);
        else HMACSHA256.HashData(_key, record, hash);
    }
}
