using Vitrine.Agent.CommandLine;

namespace Vitrine.Agent.Tests.CommandLine;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("3", 3_000)]
    [InlineData("0s", 0)]
    public void Parse_AsPeopleAndGoWriteIt_IsThatLong(string text, double milliseconds) => Assert.Equal(milliseconds, DurationText.Parse(text).TotalMilliseconds);

    [Theory]
    [InlineData("500ms")]
    [InlineData("90s")]
    [InlineData("2h")]
    [InlineData("1us")]
    [InlineData("300ns")]
    public void Write_ADuration_IsAsItIsTyped(string text) => Assert.Equal(text, DurationText.Write(DurationText.Parse(text)));

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("10 s")]
    [InlineData("-1s")]
    [InlineData("10x")]
    [InlineData("1e9h")]
    [InlineData("99999999999999999999h")]
    [InlineData("NaN")]
    [InlineData("1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s1s")]
    public void Parse_AnythingElse_IsRefusedWithAnExample(string text)
    {
        var refused = Assert.Throws<UsageException>(() => DurationText.Parse(text));
        Assert.Contains("1m30s", refused.Message, StringComparison.Ordinal);
    }
}
