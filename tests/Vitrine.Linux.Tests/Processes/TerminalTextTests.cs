using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Tests.Processes;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("grüße 世界 😀", "grüße 世界 😀")]
    [InlineData(null, "")]
    [InlineData("\u001b[31mred\u001b[0m", @"\x1b[31mred\x1b[0m")]
    [InlineData("\u001b]0;title\u0007", @"\x1b]0;title\x07")]
    [InlineData("a\nb\r\tc", @"a\nb\r\tc")]
    [InlineData("\u009b31m", @"\x9b31m")]
    [InlineData("user\u202egnp.exe", @"user\u202egnp.exe")]
    [InlineData("a\u200bb\u2028c", @"a\u200bb\u2028c")]
    [InlineData("\U000e0041", @"\U000e0041")]
    [InlineData("\0\x7f", @"\x00\x7f")]
    public void Sanitize_Text_IsSafeToPrint(string? text, string expected) => Assert.Equal(expected, TerminalText.Sanitize(text));

    [Fact]
    public void Sanitize_UnpairedSurrogate_IsEscaped()
    {
        Assert.Equal(@"\ud800x", TerminalText.Sanitize("\ud800x"));
        Assert.Equal(@"x\udc00", TerminalText.Sanitize("x\udc00"));
    }

    [Fact]
    public void Sanitize_LongText_IsCut()
    {
        Assert.Equal("abc…", TerminalText.Sanitize("abcdef", 3));
        Assert.Equal("abc", TerminalText.Sanitize("abc", 3));
        Assert.InRange(TerminalText.Sanitize(new string('\u001b', 1_000_000), 100).Length, 100, 105);
    }

    [Fact]
    public void Sanitize_AnyText_HasNoControlCharacters()
    {
        var random = new Random(4);
        for (var i = 0; i < 2000; i++)
        {
            var text = new string([.. Enumerable.Range(0, 30).Select(_ => (char)random.Next(random.Next(2) == 0 ? 0x100 : 0x10000))]);
            Assert.DoesNotContain(TerminalText.Sanitize(text), c => char.IsControl(c));
        }
    }
}
