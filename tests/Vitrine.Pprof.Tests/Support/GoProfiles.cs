using System.Collections.Concurrent;
using System.Diagnostics;
using Vitrine.TestTargets;

namespace Vitrine.Pprof.Tests.Support;

/// <summary>Profiles that Go's runtime wrote: <c>samples/go/profiles</c>, built and run once per Go version.</summary>
public static class GoProfiles
{
    static readonly ConcurrentDictionary<string, Lazy<string>> Folders = new();

    /// <summary>The oldest and the newest Go version of the matrix.</summary>
    public static IReadOnlyList<string> Versions { get; } = ["1.19", "1.27"];

    /// <summary>The kinds of profile that are written.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["cpu", "heap", "allocs", "goroutine", "mutex", "block", "threadcreate"];

    /// <summary>Every version with every kind.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> All => from version in Versions from kind in Kinds select new TheoryDataRow<string, string>(version, kind);

    /// <summary>The path of a profile.</summary>
    public static string PathOf(string version, string kind) => Path.Combine(Folders.GetOrAdd(version, v => new Lazy<string>(() => Make(v))).Value, $"{kind}.pb.gz");

    static string Make(string version)
    {
        var program = GoFixture.Build(version, GoFlavour.Plain, "profiles");
        var folder = Path.Combine(Path.GetTempPath(), $"vitrine-pprof-{Environment.ProcessId}-go{version}");
        Directory.CreateDirectory(folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        using var process = Process.Start(program.Path, [folder]);
        if (!process.WaitForExit(TimeSpan.FromMinutes(1)))
        {
            process.Kill();
            throw new TimeoutException($"{program} did not end");
        }
        Assert.Equal(0, process.ExitCode);
        return folder;
    }
}
