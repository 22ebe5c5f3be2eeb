using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Vitrine.Guard;

namespace Vitrine.Agent.Audit.Configuration;

/// <summary>
/// Reads a configuration file: the gate's own, whose guard is the part <c>Guard</c>, or that of a service (appsettings.json), where it is <c>Vitrine:Guard</c>. What stands elsewhere (environment, command line) is not seen.
/// </summary>
static class ConfigurationReader
{
    const int MostBytes = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It is not such a file; the message says why, in a sentence.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static AuditedConfiguration Read(string path)
    {
        IConfigurationRoot root;
        try
        {
            using var stream = new MemoryStream(Bytes(path));
            root = new ConfigurationBuilder().AddJsonStream(stream).Build();
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidDataException)
        {
            throw new FormatException($"It is not JSON: {e.InnerException?.Message ?? e.Message}", e);
        }
        var section = root.GetSection("Guard").Exists() || root.GetSection("Listeners").Exists() || root.GetSection("Upstreams").Exists() ? root.GetSection("Guard") : root.GetSection(GuardOptions.Section);
        var guard = new GuardOptions();
        try
        {
            section.Bind(guard);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or GuardOptionsException)
        {
            throw new FormatException(e.InnerException is { } inner && !e.Message.Contains(inner.Message, StringComparison.Ordinal) ? $"{e.Message} {inner.Message}" : e.Message, e);
        }
        return new AuditedConfiguration
        {
            Path = path,
            Guard = guard,
            Listeners = [.. root.GetSection("Listeners").GetChildren().Where(static one => one["Address"] is not null)
                .Select(static one => new AuditedListener(one.Path, one["Address"]!, one["Key"] ?? one["Certificate"], string.Equals(one["AllowWithoutTls"], "true", StringComparison.OrdinalIgnoreCase)))],
        };
    }

    static byte[] Bytes(string path)
    {
        using var file = File.OpenRead(path);
        // A device or a pipe has no end.
        if (file.Length > MostBytes)
            throw new FormatException($"It has more than {MostBytes:N0} bytes.");
        var bytes = new byte[file.Length];
        return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }
}
