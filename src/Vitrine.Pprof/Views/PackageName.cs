namespace Vitrine.Pprof.Views;

/// <summary>
/// Which package a function belongs to, read off its name: pprof has no field for it. Views colour by it.
/// </summary>
public static class PackageName
{
    /// <summary>
    /// Go: <c>github.com/a/b.(*T).M</c> is in <c>github.com/a/b</c> (everything before the first dot after the last slash; type arguments in brackets do not count, and
    /// <c>%2e</c> is the dot that the linker escapes in import paths). C++ and Rust: everything before the last <c>::</c>. .NET with a module: <c>Module!Type.Method</c> is in <c>Module</c>.
    /// Code without symbols, <c>[libc.so.6]</c>, is its own package. A name without any of these is in the package <c>""</c>.
    /// </summary>
    public static string Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.StartsWith('[') && name.IndexOf(']') is > 0 and var close)
            return name[..(close + 1)];
        var end = name.AsSpan().IndexOfAny('[', '(', '<');
        // A Go method with a pointer receiver has its bracket after the dot: pkg.(*T).M
        var head = end < 0 ? name.AsSpan() : name.AsSpan(0, end);
        var module = head.IndexOf('!');
        if (module > 0)
            return name[..module];
        var slash = head.LastIndexOf('/');
        var scope = slash < 0 ? head.LastIndexOf("::") : -1;
        if (scope > 0)
            return name[..scope];
        var dot = head[(slash + 1)..].IndexOf('.');
        if (dot <= 0)
            return slash > 0 ? head.ToString() : "";
        return head[..(slash + 1 + dot)].ToString().Replace("%2e", ".", StringComparison.Ordinal);
    }
}
