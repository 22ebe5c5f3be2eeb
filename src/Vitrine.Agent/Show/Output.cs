using System.Text;
using Vitrine.Pprof;

namespace Vitrine.Agent.Show;

/// <summary>Where a result goes: standard output, or a file that appears whole or not at all.</summary>
static class Output
{
    const int BufferSize = 64 * 1024;

    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Refuses a path in a folder that is not there, before a long look and not after it.</summary>
    /// <exception cref="UsageException">There is no such folder.</exception>
    public static void Check(string? path)
    {
        if (path is null or "-" || Path.GetDirectoryName(Path.GetFullPath(path)) is not { } folder || Directory.Exists(folder))
            return;
        throw new UsageException($"There is no folder {Terminal.Safe(folder)} to write {Terminal.Safe(Path.GetFileName(path))} into.");
    }

    public static void Text(string? path, Action<TextWriter> write) => Bytes(path, stream =>
    {
        using var writer = new StreamWriter(stream, Utf8, BufferSize, leaveOpen: true) { NewLine = "\n" };
        write(writer);
    });

    public static void Bytes(string? path, Action<Stream> write)
    {
        if (path is not null && path != "-")
        {
            AtomicFile.Write(path, write);
            return;
        }
        try
        {
            using var stream = new BufferedStream(Console.OpenStandardOutput(), BufferSize);
            write(stream);
        }
        catch (IOException exception) when (IsBrokenPipe(exception))
        {
            // The reader (head, less) has seen enough: that is no failure.
        }
    }

    static bool IsBrokenPipe(IOException exception) => (exception.HResult & 0xFFFF) == 32 || exception.Message.Contains("Broken pipe", StringComparison.OrdinalIgnoreCase);
}
