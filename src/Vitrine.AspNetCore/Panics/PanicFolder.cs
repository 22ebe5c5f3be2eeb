using System.Globalization;

namespace Vitrine.AspNetCore.Panics;

/// <summary>The folder of records: one file each, whole or not there, readable by the service's user alone, the oldest deleted when there are too many.</summary>
static class PanicFolder
{
    const string Prefix = "panic-", Suffix = ".txt";

    /// <summary>Writes a record.</summary>
    /// <returns>The file.</returns>
    public static string Write(PanicGuardOptions options, PanicEvent panic, string text)
    {
        var folder = options.Folder!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // The time first, so that names sort as they happened.
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{panic.At.UtcDateTime:yyyyMMdd'T'HHmmss'.'fffffff'Z'}-{Guid.NewGuid().ToString("N")[..8]}");
        var (aside, file) = (Path.Combine(folder, name + ".tmp"), Path.Combine(folder, name + Suffix));
        var how = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(aside, how))
            writer.Write(text);
        File.Move(aside, file);
        Prune(folder, options.MaximumFiles);
        return file;
    }

    static void Prune(string folder, int most)
    {
        var files = Directory.GetFiles(folder, Prefix + "*" + Suffix);
        Array.Sort(files, StringComparer.Ordinal);
        foreach (var old in files.AsSpan(0, Math.Max(0, files.Length - Math.Max(1, most))))
            File.Delete(old);
    }
}
