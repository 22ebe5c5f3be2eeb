using System.Globalization;
using System.Text;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Audit.Facts;

/// <summary>
/// The file in which the agent of gops leaves its port: named by the process's pid as it sees itself, in GOPS_CONFIG_DIR, or gops in XDG_CONFIG_HOME, or .config/gops in HOME
/// (https://github.com/google/gops/blob/master/internal/internal.go, ConfigDir and PIDFile).
/// </summary>
static class GopsPortFile
{
    public static int? Read(LinuxProcess process, ProcessFacts facts)
    {
        var folder = facts.Variable("GOPS_CONFIG_DIR") is { Length: > 0 } own ? own
            : facts.Variable("XDG_CONFIG_HOME") is { Length: > 0 } configuration ? Path.Combine(configuration, "gops")
            : facts.Variable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".config", "gops") : null;
        if (folder is null || !folder.StartsWith('/'))
            return null;
        try
        {
            using var file = process.TryOpenFile(Path.Combine(folder, process.InnermostPid.ToString(CultureInfo.InvariantCulture)));
            if (file is null)
                return null;
            Span<byte> text = stackalloc byte[16];
            var length = RandomAccess.Read(file, text, 0);
            return ushort.TryParse(Encoding.ASCII.GetString(text[..length]).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 ? port : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
