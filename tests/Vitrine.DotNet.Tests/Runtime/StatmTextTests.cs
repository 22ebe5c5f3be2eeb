using Vitrine.DotNet.Runtime;

namespace Vitrine.DotNet.Tests.Runtime;

public sealed class StatmTextTests
{
    [Fact]
    public void TryParse_TheKernelsLine_GivesTheFirstThreeNumbers()
    {
        Assert.True(StatmText.TryParse("68719476 2913 1822 19 0 14141 0\n"u8, out var size, out var resident, out var shared));

        Assert.Equal((68719476, 2913, 1822), (size, resident, shared));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2")]
    [InlineData("1 2 x")]
    [InlineData("-1 2 3")]
    [InlineData("99999999999999999999 2 3")]
    [InlineData("9223372036854775807 2 3")]
    public void TryParse_AnythingElse_IsRefused(string text) =>
        Assert.False(StatmText.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out _, out _, out _));
}
