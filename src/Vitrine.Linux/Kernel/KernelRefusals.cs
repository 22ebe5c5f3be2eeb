using System.Globalization;
using System.Runtime.InteropServices;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Kernel;

/// <summary>Puts a failure of libbpf or of the kernel into words: the missing privilege or feature first, else what libbpf said.</summary>
static class KernelRefusals
{
    const int Eopnotsupp = 95;

    /// <summary>Explains that <paramref name="what"/> failed with <paramref name="error"/> (errno).</summary>
    public static KernelRefusalException Explain(string what, int error)
    {
        var said = LibBpfLog.Text();
        var lacking = KernelFeatures.Survey().Where(static feature => feature.Available == false).ToList();
        if (lacking.Count == 0 && error is Libc.EPERM or Libc.EACCES or Libc.ENOSYS or Eopnotsupp)
            lacking = [.. KernelFeatures.Survey().Where(static feature => feature.Available is null && feature.Advice.Length > 0)];
        if (lacking.Count > 0)
        {
            return new KernelRefusalException(
                $"The kernel does not {what}: {string.Join("; ", lacking.Select(static feature => feature.Reason))}.",
                $"{lacking[0].Advice}. {KernelFeatures.StillWorks}");
        }
        var reason = string.Create(CultureInfo.InvariantCulture, $"{Marshal.GetPInvokeErrorMessage(error)} (errno {error})");
        return new KernelRefusalException(
            $"The kernel does not {what}: {reason}.{Told(said)}",
            KernelFeatures.StillWorks);
    }

    // The verifier's last lines say what it disliked; the lines before them are the program.
    static string Told(string said)
    {
        const int lines = 6;
        var last = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(static line => !line.StartsWith("processed ", StringComparison.Ordinal) && !line.Contains("-- END PROG LOAD LOG", StringComparison.Ordinal) && !line.Contains("failed to load", StringComparison.Ordinal))
            .TakeLast(lines);
        var text = string.Join(" | ", last);
        return text.Length == 0 ? "" : $" libbpf says: {text}";
    }
}
