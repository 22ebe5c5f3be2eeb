namespace Vitrine.Guard.Tests.Fakes;

/// <summary>A folder of its own for one test, gone afterwards.</summary>
sealed class TestFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("vitrine-guard-").FullName;

    /// <summary>The path of a file in it.</summary>
    public string this[string name] => Path.Combine(Root, name);

    /// <summary>Writes a file that only its owner may read.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        File.SetUnixFileMode(this[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
