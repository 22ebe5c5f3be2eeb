using FsCheck;
using FsCheck.Fluent;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Tests.Binary;

public class GoVersionTests
{
    [Theory]
    [InlineData("go1.26.11", 1, 26, 11)]
    [InlineData("go1.19", 1, 19, 0)]
    [InlineData("go1.27rc1", 1, 27, 0)]
    [InlineData("go1.21.13 X:boringcrypto", 1, 21, 13)]
    [InlineData("go1.24.4-fips", 1, 24, 4)]
    [InlineData("devel go1.28-abcdef0123 Tue Nov 3 10:00:00 2026 +0000", 1, 28, 0)]
    [InlineData("go1.22-20240109-RC01 cl/597041403 +dcbe772469 X:loopvar", 1, 22, 0)]
    [InlineData("go2.0", 2, 0, 0)]
    public void TryParse_VersionText_GivesTheNumbers(string text, int major, int minor, int patch)
    {
        Assert.True(GoVersion.TryParse(text, out var version));
        Assert.Equal((major, minor, patch, text), (version.Major, version.Minor, version.Patch, version.Text));
        Assert.True(version.IsKnown);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("unknown")]
    [InlineData("devel +c7b6ac4 Mon Jan 2 15:04:05 2017")]
    [InlineData("cargo1.2")]
    [InlineData("go1")]
    [InlineData("go1.99999999999999999999")]
    public void TryParse_NoVersion_Fails(string? text) => Assert.False(GoVersion.TryParse(text, out _));

    [Fact]
    public void TryParse_AnyText_NeverThrows() =>
        Prop.ForAll<string?>(text =>
        {
            if (GoVersion.TryParse(text, out var version))
                Assert.Equal(text, version.Text);
            Assert.NotNull(GoVersion.Unknown(text).Text);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("go1.26.3", 1, 26, true)]
    [InlineData("go1.26rc2", 1, 26, true)]
    [InlineData("go1.25.9", 1, 26, false)]
    [InlineData("go2.0", 1, 26, true)]
    public void AtLeast_Version_ComparesNumbers(string text, int major, int minor, bool expected)
    {
        Assert.True(GoVersion.TryParse(text, out var version));
        Assert.Equal(expected, version.AtLeast(major, minor));
    }

    [Theory]
    [InlineData("go1.17.2", GoVersionSupport.TooOld, "too old for this vitrine")]
    [InlineData("go1.18", GoVersionSupport.TooOld, "too old for this vitrine")]
    [InlineData("go1.19.8", GoVersionSupport.Tested, null)]
    [InlineData("go1.20.1", GoVersionSupport.Untested, "not tested with")]
    [InlineData("go1.21", GoVersionSupport.Tested, null)]
    [InlineData("go1.27.4", GoVersionSupport.Tested, null)]
    [InlineData("go1.28", GoVersionSupport.TooNew, "this vitrine is too old for it")]
    [InlineData("go2.1", GoVersionSupport.TooNew, "install a newer vitrine")]
    [InlineData("unknown", GoVersionSupport.Unknown, "that it does not tell")]
    public void Message_Version_SaysWhoIsTooOld(string text, GoVersionSupport support, string? message)
    {
        var version = GoVersion.TryParse(text, out var parsed) ? parsed : GoVersion.Unknown(text);

        Assert.Equal(support, GoVersionWindow.Of(version));
        if (message is null)
            Assert.Null(GoVersionWindow.Message(version));
        else
            Assert.Contains(message, GoVersionWindow.Message(version), StringComparison.Ordinal);
    }
}
