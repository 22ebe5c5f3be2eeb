using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Vitrine.TestTargets;

/// <summary>A program of <c>samples/go</c> built by one Go version in one flavour.</summary>
/// <remarks>
/// Built once per content of its source: the cache key is a hash over the files, the flavour's flags and the toolchain's
/// version. Test programs that run side by side share the cache; a lock file keeps them from building the same twice.
/// </remarks>
public sealed record GoFixture(string Program, string Version, GoFlavour Flavour, string Path)
{
    static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(5);

    /// <summary>Builds, or finds in the cache, <c>samples/go/PROGRAM</c>. Skips or fails the test when the toolchain is missing.</summary>
    /// <param name="version">Go version of the matrix.</param>
    /// <param name="flavour">How it is linked.</param>
    /// <param name="program">Folder below <c>samples/go</c>.</param>
    /// <param name="architecture">GOARCH; a program for another processor can be read, not started.</param>
    public static GoFixture Build(string version, GoFlavour flavour, string program = "truth", string architecture = "amd64")
    {
        var toolchain = GoToolchain.Require(version);
        if (flavour == GoFlavour.Cgo && !IsOnPath("gcc")) Prerequisite.Missing("gcc is missing: apt-get install gcc libc6-dev");

        var source = System.IO.Path.Combine(Checkout.Root, "samples", "go", program);
        var folder = System.IO.Path.Combine(Checkout.Cache, "fixtures", $"{program}-{version}-{flavour.ToString().ToLowerInvariant()}-{(architecture == "amd64" ? "" : architecture + "-")}{HashOf(source, toolchain, flavour)}");
        var binary = System.IO.Path.Combine(folder, program);
        if (File.Exists(binary)) return new GoFixture(program, version, flavour, binary);

        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(folder)!);
        using (Lock(folder + ".lock"))
            if (!File.Exists(binary)) Compile(toolchain, flavour, architecture, source, folder, binary);
        return new GoFixture(program, version, flavour, binary);
    }

    public override string ToString() => $"{Program}, Go {Version}, {Flavour}";

    static void Compile(GoToolchain toolchain, GoFlavour flavour, string architecture, string source, string folder, string binary)
    {
        var partial = $"{folder}.{System.Environment.ProcessId}.partial";
        Directory.CreateDirectory(partial);

        // The go line of a module decides language and runtime defaults (GODEBUG): with -modfile each version builds
        // the program as its own users would, without a go.mod per version in the source.
        var module = System.IO.Path.Combine(partial, "go.mod");
        var lines = File.ReadAllLines(System.IO.Path.Combine(source, "go.mod")).Where(line => !line.StartsWith("go ", StringComparison.Ordinal));
        File.WriteAllLines(module, lines.Append($"go {toolchain.Version}"));

        var start = new ProcessStartInfo(toolchain.Go) { WorkingDirectory = source, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in toolchain.Environment) start.Environment[name] = value;
        start.Environment["GOARCH"] = architecture;
        start.Environment["CGO_ENABLED"] = flavour == GoFlavour.Cgo ? "1" : "0";
        foreach (var argument in (string[])["build", "-modfile", module, "-buildvcs=false", .. FlagsOf(flavour), "-o", System.IO.Path.Combine(partial, System.IO.Path.GetFileName(binary)), "."])
            start.ArgumentList.Add(argument);

        using var go = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {toolchain.Go}");
        var errors = go.StandardError.ReadToEndAsync();
        var output = go.StandardOutput.ReadToEndAsync();
        if (!go.WaitForExit(BuildLimit))
        {
            go.Kill(entireProcessTree: true);
            throw new TimeoutException($"go build of {source} took longer than {BuildLimit}");
        }
        if (go.ExitCode != 0) throw new InvalidOperationException($"go build of {source} with Go {toolchain.Version} ({flavour}):\n{errors.Result}{output.Result}");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.Move(partial, folder);
    }

    static string[] FlagsOf(GoFlavour flavour) => flavour switch
    {
        GoFlavour.Plain => [],
        GoFlavour.Stripped => ["-ldflags=-s -w"],
        GoFlavour.Pie => ["-buildmode=pie", "-ldflags=-s -w"],
        GoFlavour.Cgo => ["-ldflags=-linkmode=external"],
        GoFlavour.Debug => ["-gcflags=all=-N -l"],
        _ => throw new ArgumentOutOfRangeException(nameof(flavour)),
    };

    static string HashOf(string source, GoToolchain toolchain, GoFlavour flavour)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\0"));

        // The path is part of the key, because it is part of the binary: file names in stacks are where the source was.
        Add(source);
        Add(string.Join(' ', FlagsOf(flavour)));
        Add(File.ReadAllText(System.IO.Path.Combine(toolchain.Root, "VERSION")));
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (System.IO.Path.GetExtension(file) is not (".go" or ".mod" or ".sum" or ".c" or ".h")) continue;
            Add(System.IO.Path.GetRelativePath(source, file));
            hash.AppendData(File.ReadAllBytes(file));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    static FileStream Lock(string path)
    {
        var deadline = DateTime.UtcNow + BuildLimit;
        while (true)
        {
            try { return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); }
            catch (IOException) when (DateTime.UtcNow < deadline) { Thread.Sleep(100); }
        }
    }

    static bool IsOnPath(string command) =>
        (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(System.IO.Path.Combine(folder, command)));
}
