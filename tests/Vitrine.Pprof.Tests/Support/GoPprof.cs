using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Vitrine.TestTargets;

namespace Vitrine.Pprof.Tests.Support;

/// <summary>
/// Go's own account of a profile: <c>go tool pprof</c>, and the program in <c>GoTruth</c> built against a copy of the toolchain's profile package. Both are built
/// once into the cache.
/// </summary>
public static class GoPprof
{
    static readonly string Version = GoToolchain.Newest;
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    static readonly Lazy<string> PprofBinary = new(BuildPprof);
    static readonly Lazy<string> TruthBinary = new(BuildTruth);

    /// <summary>What <c>go tool pprof</c> prints for these arguments.</summary>
    public static string Tool(params IReadOnlyList<string> arguments) => Run(PprofBinary.Value, arguments, new Dictionary<string, string>
    {
        // Its settings file and its symbol search would make the outcome depend on the machine.
        ["PPROF_TMPDIR"] = Path.GetTempPath(),
        ["PPROF_BINARY_PATH"] = "/nonexistent",
        ["XDG_CONFIG_HOME"] = "/nonexistent",
    });

    /// <summary>The uncompressed bytes that Go's profile package gives for an operation on profiles.</summary>
    public static byte[] Truth(string operation, IReadOnlyList<string> arguments, params IReadOnlyList<Profile> profiles)
    {
        var folder = Directory.CreateTempSubdirectory("vitrine-pprof-");
        try
        {
            var inputs = new List<string>();
            foreach (var profile in profiles)
            {
                inputs.Add(Path.Combine(folder.FullName, $"in{inputs.Count}.pb.gz"));
                Pprof.Wire.ProfileWriter.WriteFile(profile, inputs[^1]);
            }
            return TruthOfFiles(operation, arguments, inputs);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <inheritdoc cref="Truth"/>
    public static byte[] TruthOfFiles(string operation, IReadOnlyList<string> arguments, IReadOnlyList<string> files)
    {
        var output = Path.GetTempFileName();
        try
        {
            Run(TruthBinary.Value, [output, operation, .. arguments, "--", .. files], new Dictionary<string, string>());
            return File.ReadAllBytes(output);
        }
        finally
        {
            File.Delete(output);
        }
    }

    static string BuildPprof()
    {
        var go = GoToolchain.Require(Version);
        return Built($"pprof-{Version}", go, folder => Run(go.Go, ["build", "-o", Path.Combine(folder, "program"), "cmd/pprof"], go.Environment));
    }

    static string BuildTruth()
    {
        var go = GoToolchain.Require(Version);
        var source = Path.Combine(Checkout.Root, "tests", "Vitrine.Pprof.Tests", "GoTruth", "main.go");
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(source)).AsSpan(0, 8));
        return Built($"pproftruth-{Version}-{hash}", go, folder =>
        {
            var module = Path.Combine(folder, "module");
            Directory.CreateDirectory(Path.Combine(module, "profile"));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(go.Root, "src/cmd/vendor/github.com/google/pprof/profile"), "*.go"))
                File.Copy(file, Path.Combine(module, "profile", Path.GetFileName(file)));
            File.Copy(source, Path.Combine(module, "main.go"));
            File.WriteAllText(Path.Combine(module, "go.mod"), $"module pproftruth\n\ngo {Version}\n");
            Run(go.Go, ["build", "-C", module, "-buildvcs=false", "-o", Path.Combine(folder, "program"), "."], go.Environment);
        });
    }

    static string Built(string name, GoToolchain go, Action<string> build)
    {
        _ = go;
        var folder = Path.Combine(Checkout.Cache, "pprof-tests", name);
        var program = Path.Combine(folder, "program");
        if (File.Exists(program))
            return program;
        // Built aside and renamed: two test programs may do it at once, and either result is right.
        var aside = $"{folder}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(aside);
        build(aside);
        try
        {
            Directory.Move(aside, folder);
        }
        catch (IOException) when (File.Exists(program))
        {
            Directory.Delete(aside, recursive: true);
        }
        return program;
    }

    static string Run(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {program}");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} took longer than {Limit}");
        }
        Assert.True(process.ExitCode == 0, $"{Path.GetFileName(program)} {string.Join(' ', arguments)} exited with {process.ExitCode}: {errors.Result}");
        return output.Result;
    }
}
