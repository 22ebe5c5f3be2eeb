using System.Diagnostics;
using Vitrine.TestTargets;

namespace Vitrine.Repository.Tests;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class ScriptTests
{
    [Fact]
    public void GoToolchainsList_MatchesTheTestMatrix()
    {
        using var list = Process.Start(new ProcessStartInfo(Path.Combine(Checkout.Root, "eng", "go-toolchains"), "--list") { RedirectStandardOutput = true })!;

        var printed = list.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(GoToolchain.Versions, printed);
    }

    [Theory]
    [InlineData("demo"), InlineData("test"), InlineData("vitrine"), InlineData(".ci/run"), InlineData("bench/run")]
    [InlineData("eng/setup"), InlineData("eng/publish"), InlineData("eng/go-toolchains")]
    public void Script_OfTheCheckout_IsExecutable(string script)
    {
        var mode = File.GetUnixFileMode(Path.Combine(Checkout.Root, script));

        Assert.True(mode.HasFlag(UnixFileMode.UserExecute), $"{script} is not executable");
    }
}
