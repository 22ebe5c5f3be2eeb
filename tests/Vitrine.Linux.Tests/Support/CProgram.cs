namespace Vitrine.Linux.Tests.Support;

/// <summary>A C program built by gcc in a folder of its own, deleted at the end.</summary>
sealed class CProgram : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("vitrine-c-").FullName;

    public CProgram(string source, params string[] flags)
    {
        var file = System.IO.Path.Combine(folder, "program.c");
        File.WriteAllText(file, source);
        Path = System.IO.Path.Combine(folder, "program");
        Tool.Run("gcc", [file, "-o", Path, .. flags]);
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
