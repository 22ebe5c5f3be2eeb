using System.Text;

namespace Vitrine.Guard.Identity;

/// <summary>Reads the files that settings name: keys and certificates, which are small.</summary>
static class BoundedFile
{
    /// <summary>The most bytes of one file.</summary>
    public const int MaximumBytes = 1 << 20;

    /// <summary>The file's bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isSecret">Whether only its owner may be able to read it.</param>
    /// <param name="stamp">What changes with its content: time of change and length, of what a link leads to.</param>
    /// <exception cref="InvalidDataException">It cannot be used; the message is the rest of a sentence.</exception>
    public static byte[] Read(string path, bool isSecret, out (DateTime Changed, long Length) stamp)
    {
        try
        {
            using var file = File.OpenHandle(path);
            stamp = StampOf(file);
            if (stamp.Length > MaximumBytes) throw new InvalidDataException($"it is longer than {MaximumBytes} bytes");

            // Of the open file, so that another one cannot take its place in between.
            if (isSecret && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
                throw new InvalidDataException("others than its owner may read or change it; chmod 600 it");
            var bytes = new byte[stamp.Length];
            var read = 0;
            while (read < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(read), read) is > 0 and var more)
                read += more;
            return read == bytes.Length ? bytes : bytes[..read];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException("there is no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException(e is UnauthorizedAccessException ? "this process may not read it" : "it cannot be read");
        }
    }

    /// <summary>The file's text; see <see cref="Read"/>.</summary>
    public static string ReadText(string path, bool isSecret, out (DateTime Changed, long Length) stamp) => Encoding.UTF8.GetString(Read(path, isSecret, out stamp));

    /// <summary>The stamp of a file as it is now; the default value when it cannot be opened.</summary>
    public static (DateTime Changed, long Length) Stamp(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            return StampOf(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return default;
        }
    }

    static (DateTime, long) StampOf(Microsoft.Win32.SafeHandles.SafeFileHandle file) => (File.GetLastWriteTimeUtc(file), RandomAccess.GetLength(file));
}
