using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Vitrine.Guard;

namespace Vitrine.Agent.Gate.Configuration;

/// <summary>The gate's configuration file: JSON, with comments. Keys that mean nothing are refused: a limit that is spelled wrong is no limit.</summary>
static class GateFile
{
    const int MostBytes = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="GateSettingsException">It cannot be read, is not JSON, or has keys or values that mean nothing.</exception>
    public static GateOptions Read(string path)
    {
        var options = new GateOptions();
        try
        {
            using var stream = new MemoryStream(Bytes(path));
            var configuration = new ConfigurationBuilder().AddJsonStream(stream).Build();
            configuration.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
            return options;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GateSettingsException(path, [e.Message]);
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or GuardOptionsException)
        {
            throw new GateSettingsException(path, [InOneSentence(e)]);
        }
    }

    /// <summary>What is in the file now, by which a change is known whatever links lead to it.</summary>
    /// <exception cref="IOException">It cannot be read, or is too long.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static byte[] Bytes(string path)
    {
        using var file = File.OpenRead(path);
        // A device or a pipe has no end.
        if (file.Length > MostBytes)
            throw new IOException($"The file has more than {MostBytes:N0} bytes.");
        var bytes = new byte[file.Length];
        return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    // "'ErrorOnUnknownConfiguration' was set on the provided BinderOptions, but the following properties were not found on the instance of GateOptions: 'Foo'"
    static string InOneSentence(Exception e)
    {
        const string Unknown = "were not found on the instance of ";
        var at = e.Message.IndexOf(Unknown, StringComparison.Ordinal);
        if (at >= 0)
            return $"There is no such key: {e.Message[(e.Message.IndexOf(':', at) + 1)..].Trim().TrimEnd('.')}.";
        return e.InnerException is { } inner && !e.Message.Contains(inner.Message, StringComparison.Ordinal) ? $"{e.Message} {inner.Message}" : e.Message;
    }
}
