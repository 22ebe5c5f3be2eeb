using Vitrine.Linux.Processes;

namespace Vitrine.Go.Goroutines.Formats;

/// <summary>
/// Whether the target's own tracebacks show labels: GODEBUG=tracebacklabels, off by default in Go 1.26 and on in 1.27
/// (https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime1.go, dbgvars). The environment wins over the default that the linker recorded.
/// </summary>
internal static class TracebackLabels
{
    private const string Setting = "tracebacklabels=";

    /// <summary>Bytes of an environment looked at; the kernel's limit for arguments and environment together is 6 MB.</summary>
    private const int MaxEnvironmentBytes = 6 << 20;

    public static bool AreShown(GoroutineDumpTables tables)
    {
        Vitrine.Go.Binary.GoBinary binary = tables.Context.Binary;
        if (!binary.Version.AtLeast(1, 26))
            return false;
        binary.BuildInfo.Settings.TryGetValue("DefaultGODEBUG", out string? linked);
        return Value(EnvironmentSetting(tables.Process)) ?? Value(linked) ?? binary.Version.AtLeast(1, 27);
    }

    /// <summary>The last mention counts, as in the runtime.</summary>
    private static bool? Value(string? godebug)
    {
        bool? value = null;
        foreach (string setting in (godebug ?? "").Split(','))
        {
            if (setting.StartsWith(Setting, StringComparison.Ordinal))
                value = setting.AsSpan(Setting.Length) is "1";
        }
        return value;
    }

    private static string? EnvironmentSetting(LinuxProcess? process)
    {
        const string name = "GODEBUG=";
        if (process is null)
            return null;
        try
        {
            using FileStream file = new($"/proc/{process.Pid}/environ", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
            byte[] bytes = new byte[64 << 10];
            int length = 0;
            for (int read; length < MaxEnvironmentBytes && (read = file.Read(bytes, length, bytes.Length - length)) > 0;)
            {
                length += read;
                if (length == bytes.Length)
                    Array.Resize(ref bytes, bytes.Length * 2);
            }
            foreach (string variable in System.Text.Encoding.UTF8.GetString(bytes, 0, length).Split('\0'))
            {
                if (variable.StartsWith(name, StringComparison.Ordinal))
                    return variable[name.Length..];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The default decides; only the header's label part depends on it.
        }
        return null;
    }
}
