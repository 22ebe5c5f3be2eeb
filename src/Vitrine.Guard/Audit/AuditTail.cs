using System.Security.Cryptography;

namespace Vitrine.Guard.Audit;

/// <summary>How a file of the log ends.</summary>
/// <param name="Last">Its last record; null when it has none.</param>
/// <param name="Partial">What follows it and is no record; null when nothing does.</param>
/// <param name="HasLineEnd">Whether that has an end.</param>
sealed record AuditTail(AuditLink? Last, AuditPartial? Partial, bool HasLineEnd)
{
    // Some lines that were not finished, and the record before them.
    const int MaximumBytes = 4 * AuditLine.MaximumBytes;

    /// <summary>A file that is empty, or not there.</summary>
    public static AuditTail Empty { get; } = new(null, null, true);

    /// <summary>Reads the end of a file.</summary>
    /// <exception cref="InvalidDataException">Its last record does not hold, or it is no audit log.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static AuditTail Read(string path, AuditKey key)
    {
        if (!File.Exists(path)) return Empty;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        var length = (int)Math.Min(file.Length, MaximumBytes);
        if (length == 0) return Empty;
        var bytes = new byte[length];
        file.Position = file.Length - length;
        file.ReadExactly(bytes);

        // Backwards, over what has not the form of a record, to one that has.
        var end = bytes.AsSpan().LastIndexOf((byte)'\n');
        while (end >= 0)
        {
            var begin = bytes.AsSpan(0, end).LastIndexOf((byte)'\n') + 1;
            if (AuditLine.Read(bytes.AsSpan(begin..end), key) is { } last) return last.Holds ? Make(last, bytes.AsSpan(end + 1)) : throw Broken(path);
            end = begin - 1;
        }
        return length == file.Length ? Make(null, bytes) : throw Broken(path);
    }

    static AuditTail Make(AuditLink? last, ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty) return new(last, null, true);
        var hasEnd = rest[^1] == '\n';
        if (hasEnd) rest = rest[..^1];
        return new(last, new(rest.Length, Convert.ToHexStringLower(SHA256.HashData(rest))), hasEnd);
    }

    static InvalidDataException Broken(string path) =>
        new($"{path} does not end in a record that holds, with this key: see what is wrong (vitrine audit-log verify {path}), put it aside, and the log begins anew");
}
