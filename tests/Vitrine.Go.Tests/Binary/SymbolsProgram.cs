using System.Diagnostics;
using System.Globalization;
using Vitrine.Go.Binary;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Binary;

/// <summary><c>samples/go/symbols</c>: the file as Vitrine reads it, and the running program's own account.</summary>
sealed class SymbolsProgram : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    SymbolsProgram(GoFixture fixture)
    {
        Fixture = fixture;
        Binary = GoBinary.Open(ElfFile.Open(fixture.Path));
        MainEntry = Assert.Single(Binary.Functions.FindByName("main.main")).Entry;
    }

    public GoFixture Fixture { get; }

    public GoBinary Binary { get; }

    /// <summary>The program's addresses are relative to this.</summary>
    public ulong MainEntry { get; }

    public static SymbolsProgram Build(string version, GoFlavour flavour) => new(GoFixture.Build(version, flavour, "symbols"));

    /// <summary>Runs the program and returns its lines.</summary>
    public IReadOnlyList<string> Ask(params string[] arguments)
    {
        var start = new ProcessStartInfo(Fixture.Path, arguments) { RedirectStandardOutput = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {Fixture.Path}");
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill();
            throw new TimeoutException($"{Fixture} did not end");
        }
        Assert.Equal(0, process.ExitCode);
        return output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>What the runtime says about each link-time pc.</summary>
    public IReadOnlyList<string> AskPcs(IEnumerable<ulong> pcs)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(file, pcs.Select(pc => unchecked(pc - MainEntry).ToString("x", CultureInfo.InvariantCulture)));
            return Ask("pcs", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A link-time address from what the program printed.</summary>
    public ulong Address(string relative) => unchecked(MainEntry + ulong.Parse(relative, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    public void Dispose() => Binary.Dispose();
}
