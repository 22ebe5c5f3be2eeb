using System.Text.RegularExpressions;

namespace Vitrine.Agent.Audit.Facts;

/// <summary>A debugger or tracer, told from its program.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="How">What it was told by, as evidence.</param>
/// <param name="Server">What its command line says about listening; null when it says nothing.</param>
sealed partial record DebuggerTool(string Name, Evidence How, DebugServerOptions? Server)
{
    // By the name of the program's file or the command name. A name that is a word of its own elsewhere (rr) must be that of the file.
    static readonly string[] s_names = ["dlv", "dlv-dap", "gdb", "gdb-multiarch", "gdbserver", "lldb", "lldb-server", "lldb-dap", "debugserver", "strace", "ltrace", "rr", "vsdbg", "vsdbg-ui", "netcoredbg"];

    /// <summary>Names of debuggers as the kernel cuts them, for the watch.</summary>
    public static IReadOnlyList<string> CommandNames => s_names;

    /// <summary>The debugger that a process is; null when it is none. A program that is started through another one (an interpreter) is told by its own file only.</summary>
    public static DebuggerTool? Of(ProcessFacts process)
    {
        var file = process.Executable is { } path ? Path.GetFileName(path) : null;
        Evidence how;
        string name;
        if (process.Program.MainPackage is { } package && package.StartsWith("github.com/go-delve/delve/", StringComparison.Ordinal))
            (name, how) = ("dlv", new Evidence("its main package is Delve's, whatever its file is called", process.Proc("exe")));
        else if (file is not null && Named(file) is { } byFile)
            (name, how) = (byFile, new Evidence($"its program is {Shown.Text(process.Executable)}", process.Proc("exe")));
        else if (file is null && Named(process.Name) is { } byName)
            (name, how) = (byName, new Evidence("its command name; its executable may not be seen", process.Proc("comm")));
        else
            return null;
        return new DebuggerTool(name, how, DebugServerOptions.Of(name, process.Arguments));
    }

    static string? Named(string name)
    {
        foreach (var known in s_names)
            // lldb-server-18, gdb-14
            if (name == known || (name.StartsWith(known, StringComparison.Ordinal) && VersionSuffix().IsMatch(name.AsSpan(known.Length))))
                return known;
        return null;
    }

    [GeneratedRegex(@"^-?[0-9]+(\.[0-9]+)*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex VersionSuffix();
}
