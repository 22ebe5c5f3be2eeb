using System.Security.Cryptography;

namespace Vitrine.Guard.Audit;

/// <summary>How a file of the log ends.</summary>
/// <param name="Last">Its last whole record; null when it has none.</param>
/// <param name="Partial">What follows it and is no whole line; null when nothing does.</param>
sealed record AuditTail(AuditLink? Last, AuditPartial? Partial)
{
    /// <summary>A file that is empty, or not there.</summary>
    public static AuditTail Empty { get; } = new(null, null);

    /// <summary>Reads the end of a file.</summary>
    /// <exception cref="InvalidDataException">Its last whole line is no record that holds.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static AuditTail Read(string path, AuditKey key)
    {
        if (!File.Exists(path)) return Empty;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        // A whole line, and part of another one.
        var length = (int)Math.Min(file.Length, 2 * AuditLine.MaximumBytes);
        if (length == 0) return Empty;
        var bytes = new byte[length];
        file.Position = file.Length - length;
        file.ReadExactly(bytes);

        var end = bytes.AsSpan().LastIndexOf((byte)'\n');
        var rest = bytes.AsSpan(end + 1);
        var partial = rest.Length == 0 ? null : new AuditPartial(rest.Length, Convert.ToHexStringLower(SHA256.HashData(rest)));
        if (end < 0) return file.Length <= AuditLine.MaximumBytes ? new(null, partial) : throw Broken(path);
        var begin = bytes.AsSpan(0, end).LastIndexOf((byte)'\n') + 1;
        return AuditLine.Read(bytes.AsSpan(begin..end), key) is { Holds: true } last ? new(last, partial) : throw Broken(path);
    }

    static InvalidDataException Broken(string path) =>
        new($"{path} does not end in a record that holds, with this key: see what is wrong (vitrine audit-log verify {path}), put it aside, and the log begins anew");
}
