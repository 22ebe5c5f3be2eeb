using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Vitrine.Linux.Kernel;

/// <summary>
/// Keeps the last warnings of libbpf instead of letting them run to standard error: when something fails they are its explanation.
/// The text arrives as printf's format with a va_list, which the C library puts together.
/// </summary>
static unsafe partial class LibBpfLog
{
    const int LongestMessage = 16 * 1024;
    const int KeptCharacters = 32 * 1024;

    static readonly Lock s_lock = new();
    static readonly StringBuilder s_kept = new();
    static bool s_installed;

    /// <summary>Takes over libbpf's output; more than once is no harm.</summary>
    public static void Install()
    {
        lock (s_lock)
        {
            if (s_installed)
                return;
            LibBpf.SetPrint(&Print);
            s_installed = true;
        }
    }

    /// <summary>Forgets what was kept: what follows belongs to the next step.</summary>
    public static void Clear()
    {
        lock (s_lock)
            s_kept.Clear();
    }

    /// <summary>The warnings since <see cref="Clear"/>, the last ones when there are many.</summary>
    public static string Text()
    {
        lock (s_lock)
            return s_kept.ToString();
    }

    [UnmanagedCallersOnly]
    static int Print(int level, byte* format, void* arguments)
    {
        const int warning = 0;
        if (level != warning)
            return 0;
        var buffer = stackalloc byte[LongestMessage];
        var length = Math.Min(VPrint(buffer, LongestMessage, format, arguments), LongestMessage - 1);
        if (length <= 0)
            return 0;
        lock (s_lock)
        {
            s_kept.Append(Encoding.UTF8.GetString(buffer, length));
            if (s_kept.Length > KeptCharacters)
                s_kept.Remove(0, s_kept.Length - KeptCharacters);
        }
        return length;
    }

    // A va_list is passed on as the pointer that it decays to on x86-64 and arm64 (AAPCS64 passes a pointer to its copy).
    [LibraryImport("libc", EntryPoint = "vsnprintf")]
    private static partial int VPrint(byte* buffer, nuint size, byte* format, void* arguments);
}
