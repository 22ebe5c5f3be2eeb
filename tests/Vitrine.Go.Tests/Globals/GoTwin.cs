using System.Diagnostics;
using System.Globalization;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Globals;

/// <summary>
/// The truth program with its symbols, and the same file with the symbols cut out by the system's <c>strip</c>: the same addresses, so what
/// <c>go tool nm</c> says of the one is true of the other.
/// </summary>
public sealed record GoTwin(string Unstripped, string Stripped, IReadOnlyDictionary<string, ulong> Truth)
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Builds, or finds in the cache, the twins of one version and flavour.</summary>
    public static GoTwin Build(string version, TwinFlavour flavour)
    {
        GoFixture fixture = GoFixture.Build(version, flavour == TwinFlavour.Cgo ? GoFlavour.Cgo : GoFlavour.Plain);
        GoToolchain toolchain = GoToolchain.Require(version);
        string unstripped = flavour is TwinFlavour.Plain or TwinFlavour.Cgo ? fixture.Path : Compile(toolchain, flavour, fixture.Path);
        string stripped = unstripped + ".cut";
        if (!File.Exists(stripped)) Make(stripped, partial => Run("strip", ["--strip-all", "-o", partial, unstripped], "", new Dictionary<string, string>()));
        return new(unstripped, stripped, Symbols(toolchain, unstripped));
    }

    static string Compile(GoToolchain toolchain, TwinFlavour flavour, string plain)
    {
        // The name of the plain build carries a hash over source, flags and toolchain.
        string binary = $"{Path.GetDirectoryName(plain)}-{flavour}";
        if (File.Exists(binary)) return binary;
        Dictionary<string, string> environment = new(toolchain.Environment) { ["CGO_ENABLED"] = "0" };
        string[] flags = flavour switch
        {
            TwinFlavour.Pie => ["-buildmode=pie"],
            TwinFlavour.Trimpath => ["-trimpath"],
            TwinFlavour.V3 => [],
            TwinFlavour.Unoptimised => ["-gcflags=all=-N -l"],
            _ => throw new ArgumentOutOfRangeException(nameof(flavour)),
        };
        if (flavour == TwinFlavour.V3) environment["GOAMD64"] = "v3";
        string source = Path.Combine(Checkout.Root, "samples", "go", "truth");
        Make(binary, partial => Run(toolchain.Go, ["build", "-buildvcs=false", .. flags, "-o", partial, "."], source, environment));
        return binary;
    }

    // Written aside and renamed: two test programs may build the same twin at the same time.
    static void Make(string path, Action<string> build)
    {
        string partial = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.partial");
        build(partial);
        File.Move(partial, path, overwrite: true);
    }

    /// <summary>What <c>go tool nm</c> says of a binary's variables.</summary>
    public static Dictionary<string, ulong> Symbols(GoToolchain toolchain, string binary)
    {
        Dictionary<string, ulong> symbols = new(StringComparer.Ordinal);
        foreach (string line in Run(toolchain.Go, ["tool", "nm", binary], "", toolchain.Environment).Split('\n'))
        {
            string[] words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            // D data, B bss, R read-only; lower case for local symbols, which all are after an external link.
            if (words.Length == 3 && words[1] is "D" or "B" or "R" or "d" or "b" or "r" && ulong.TryParse(words[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong address))
                symbols.TryAdd(words[2], address);
        }
        return symbols;
    }

    static string Run(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {program}");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} took longer than {Limit}");
        }
        return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors.Result}");
    }
}
