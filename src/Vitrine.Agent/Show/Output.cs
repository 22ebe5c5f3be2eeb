using System.Text;
using Vitrine.Pprof;

namespace Vitrine.Agent.Show;

/// <summary>Where a result goes: standard output, or a file that appears whole or not at all.</summary>
static class Output
{
    const int BufferSize = 64 * 1024;

    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

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
