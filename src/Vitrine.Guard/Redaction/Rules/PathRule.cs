using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>
/// The folders that a source file or a binary lies in. What stays is what makes a profile useful and is public knowledge: the file's name; a path that is relative already; the part below a module cache, a Go root or path,
/// or a package cache; the system's own folders. In free text, paths are those whose last part ends as source files and binaries do.
/// </summary>
sealed class PathRule : TextRule
{
    static readonly SearchValues<byte> s_separators = SearchValues.Create("/\\"u8);
    static readonly SearchValues<byte> s_tokenEnd = SearchValues.Create(" \t\r\n\"'`<>|:;,()[]{}*?"u8);

    static readonly SearchValues<byte> s_goVersion = SearchValues.Create("0123456789.-rcbeta"u8);

    static readonly byte[][] s_system =
    [
        .. new[] { "/usr/", "/lib/", "/lib32/", "/lib64/", "/bin/", "/sbin/", "/etc/", "/proc/", "/dev/", "/sys/", "/nix/store/", "/snap/", "/_/", "/_1/", "//anon", "/memfd:", "/anon_hugepage", "/SYSV", "/System/", "/Library/", "/go/src/", "/gnu/store/" }
            .Select(System.Text.Encoding.ASCII.GetBytes),
    ];

    static readonly byte[][] s_windowsSystem = [.. new[] { "windows", "program files", "program files (x86)" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    // What follows one of these is the same on every machine.
    static readonly byte[][] s_roots = [.. new[] { "/pkg/mod/", "/go/src/", "/.nuget/packages/", "/site-packages/", "/.cargo/registry/src/", "/rustc/" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    // With the dot, in small letters, the last character lowest.
    static readonly ulong[] s_endings =
    [
        .. new[] { ".go", ".cs", ".fs", ".vb", ".razor", ".cshtml", ".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".hh", ".s", ".asm", ".rs", ".py", ".java", ".kt", ".js", ".ts", ".rb", ".php", ".swift", ".so", ".dll", ".exe", ".pdb", ".dylib", ".a", ".o" }
            .Select(ending => ending.Aggregate(0UL, (packed, c) => packed << 8 | c)),
    ];

    const int LongestEnding = 7;

    public override TextTraits NeedsAny => TextTraits.Slash | TextTraits.Backslash;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        if (kind == TextKind.File)
        {
            var end = Private(text, isWhole: true);
            matches.Add(0, end, number);
            return;
        }
        var i = 0;
        while (text[i..].IndexOfAny(s_separators) is >= 0 and var n)
        {
            var separator = i + n;
            var start = Start(text, i, separator);
            var length = text[separator..].IndexOfAny(s_tokenEnd) is >= 0 and var l ? l : text.Length - separator;
            i = separator + length;
            if (start < 0)
                continue;
            var path = text[start..i];
            if (HasEnding(path))
                matches.Add(start, start + Private(path, isWhole: false), number);
        }
    }

    /// <summary>Where the absolute path begins whose first separator this is; negative when it is none.</summary>
    static int Start(ReadOnlySpan<byte> text, int from, int separator)
    {
        if (separator - 2 >= from && text[separator - 1] == ':' && Letters.IsLetter(text[separator - 2]) && !Letters.IsWordAt(text, separator - 3))
            return separator - 2;
        if (separator > 0 && (Letters.IsWord(text[separator - 1]) || text[separator - 1] is (byte)'.' or (byte)'-' or (byte)')' or (byte)']' or (byte)'~' or (byte)'@'))
            return -1;
        // "https://…" is not a path, "file:///…" is one.
        if (separator > 0 && text[separator - 1] == ':' && text[separator..].StartsWith("//"u8) && !text[..separator].EndsWith("file:"u8))
            return -1;
        return separator;
    }

    static bool HasEnding(ReadOnlySpan<byte> path)
    {
        // Packed from the last character back to the dot, so that all endings are compared at once.
        var ending = 0UL;
        for (var i = path.Length - 1; i > 0 && i >= path.Length - LongestEnding; i--)
        {
            if (path[i] == '.')
                return s_endings.AsSpan().Contains(ending | (ulong)'.' << 8 * (path.Length - 1 - i)) && path.LastIndexOfAny(s_separators) is > 0 and var last && last < i - 1;
            if (!Letters.IsLetter(path[i]))
                return false;
            ending |= (ulong)(path[i] | 0x20) << 8 * (path.Length - 1 - i);
        }
        return false;
    }

    /// <summary>How much of the path's beginning is private: up to a separator, which stays.</summary>
    static int Private(ReadOnlySpan<byte> path, bool isWhole)
    {
        if (path.StartsWith("file://"u8))
            return Private(path[7..], isWhole) is > 0 and var below ? below + 7 : 0;
        var isWindows = path.Length > 2 && path[1] == ':' && path[2] is (byte)'\\' or (byte)'/' || path.StartsWith("\\\\"u8);
        if (!isWindows && (path.IsEmpty || path[0] != '/'))
            return 0;
        if (isWindows ? IsWindowsSystem(path) : IsSystem(path))
            return 0;
        foreach (var root in s_roots)
            if (path.LastIndexOf(root) is > 0 and var at)
                return at;
        if (GoRoot(path) is > 0 and var goRoot)
            return goRoot;
        // The ending that the kernel gives to a file that is gone: its blank is no separator.
        return Math.Max(0, path.LastIndexOfAny(s_separators));
    }

    static bool IsSystem(ReadOnlySpan<byte> path)
    {
        foreach (var system in s_system)
            if (path.StartsWith(system))
                return true;
        return false;
    }

    static bool IsWindowsSystem(ReadOnlySpan<byte> path)
    {
        foreach (var system in s_windowsSystem)
            if (Letters.IsAt(path, 3, system) && path.Length > 3 + system.Length && path[3 + system.Length] is (byte)'\\' or (byte)'/')
                return true;
        return false;
    }

    /// <summary>The <c>/src/</c> of a Go distribution that lies anywhere: <c>…/go1.26.1/src/runtime/proc.go</c>.</summary>
    static int GoRoot(ReadOnlySpan<byte> path)
    {
        if (path.LastIndexOf("/src/"u8) is not (> 0 and var source))
            return -1;
        var folder = path[..source];
        folder = folder[(folder.LastIndexOf((byte)'/') + 1)..];
        return folder.StartsWith("go"u8) && !folder[2..].ContainsAnyExcept(s_goVersion) ? source : -1;
    }
}
