namespace Vitrine.GuardBench.Decision;

/// <summary>Where a part keeps its files while it runs.</summary>
sealed class WorkFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("vitrine-guard-bench-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
