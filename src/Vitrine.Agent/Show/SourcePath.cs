namespace Vitrine.Agent.Show;

/// <summary>Source files as a person wants to see them.</summary>
static class SourcePath
{
    /// <summary>
    /// A file of the standard library without the folder that Go was installed in on the machine of the build: "net/http/server.go", as a build with
    /// -trimpath records it. Files of modules stay as they are: where they are is what one wants to know.
    /// </summary>
    public static string Short(string function, string file)
    {
        var package = PackageOf(function);
        // A module's path begins with a host name; the program's own package is called main.
        if (package.IsEmpty || package is "main" || FirstElement(package).Contains('.'))
            return file;
        const string sourceFolder = "/src/";
        var at = file.LastIndexOf($"{sourceFolder}{package}/", StringComparison.Ordinal);
        if (at < 0)
            // Functions with a linkname carry another package's name than their file's folder (sync.runtime_Semacquire is in runtime/sema.go).
            at = file.LastIndexOf($"{sourceFolder}runtime/", StringComparison.Ordinal);
        return at < 0 ? file : file[(at + sourceFolder.Length)..];
    }

    static ReadOnlySpan<char> PackageOf(string function)
    {
        var slash = function.LastIndexOf('/');
        var dot = function.IndexOf('.', slash + 1);
        return dot < 0 ? default : function.AsSpan(0, dot);
    }

    static ReadOnlySpan<char> FirstElement(ReadOnlySpan<char> package)
    {
        var slash = package.IndexOf('/');
        return slash < 0 ? package : package[..slash];
    }
}
