namespace Vitrine.Guard.Audit;

/// <summary>The lines of an audit log as they are, checked or not.</summary>
public static class AuditLines
{
    /// <summary>The lines of a file, without their ends. A line that is longer than a record can be is cut.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static IEnumerable<ReadOnlyMemory<byte>> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        var reader = new AuditLineReader(file);
        while (reader.Read())
            yield return reader.Line.ToArray();
    }
}
