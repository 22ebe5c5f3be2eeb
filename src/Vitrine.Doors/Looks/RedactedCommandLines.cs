using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Vitrine.Guard.Redaction;

namespace Vitrine.Doors.Looks;

/// <summary>
/// Command lines without their secrets, those that were asked for lately: a process has one for as long as it lives, collectors ask for it again and again, and telling what is secret in it costs more than all else that such a look
/// does. Kept by their hash, so that the secrets themselves are not. Thread-safe.
/// </summary>
sealed class RedactedCommandLines
{
    /// <summary>Command lines that are kept; with one more, all are forgotten.</summary>
    internal const int MostKept = 64;

    /// <summary>A longer one is not kept.</summary>
    internal const int MostBytes = 16 << 10;

    readonly ConcurrentDictionary<Key, Entry> _kept = new();

    /// <summary>The command line without its secrets.</summary>
    /// <param name="redactor">By which rules.</param>
    /// <param name="arguments">Arguments, separated by NUL bytes.</param>
    /// <param name="counts">What was taken out, by rule.</param>
    public ReadOnlyMemory<byte> Redact(Redactor redactor, ReadOnlySpan<byte> arguments, out IReadOnlyDictionary<string, long> counts)
    {
        if (arguments.Length > MostBytes) return CommandLineRedaction.Redact(redactor, arguments, out counts);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(arguments, hash);
        var key = new Key(redactor, BinaryPrimitives.ReadUInt128LittleEndian(hash), BinaryPrimitives.ReadUInt128LittleEndian(hash[16..]));
        if (!_kept.TryGetValue(key, out var entry))
        {
            entry = new(CommandLineRedaction.Redact(redactor, arguments, out counts), counts);
            if (_kept.Count >= MostKept) _kept.Clear();
            _kept[key] = entry;
        }
        counts = entry.Counts;
        return entry.Bytes;
    }

    internal int Count => _kept.Count;

    // The rules are part of it: others may take out more.
    readonly record struct Key(Redactor Redactor, UInt128 First, UInt128 Second);

    sealed record Entry(byte[] Bytes, IReadOnlyDictionary<string, long> Counts);
}
