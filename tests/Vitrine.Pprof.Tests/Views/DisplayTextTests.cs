using Vitrine.Pprof.Views;

namespace Vitrine.Pprof.Tests.Views;

public sealed class DisplayTextTests
{
    [Theory]
    [InlineData("net/http.(*conn).serve", "net/http.(*conn).serve")]
    [InlineData("日本語 🔥", "日本語 🔥")]
    [InlineData("עברית", "עברית")]
    [InlineData("a\0b", "a\\u{0}b")]
    [InlineData("\u001b[31m", "\\u{1b}[31m")]
    [InlineData("\u202Egnp.exe", "\\u{202e}gnp.exe")]
    [InlineData("line\nfeed", "line\\u{a}feed")]
    public void Of_Text_SpellsOutWhatCannotBeSeen(string text, string shown) => Assert.Equal(shown, DisplayText.Of(text));

    // Not as inline data: attributes are stored as UTF-8, which has no half surrogate pairs.
    [Fact]
    public void Of_HalfSurrogatePair_SpellsItOut()
    {
        Assert.Equal("half\\u{d800}", DisplayText.Of("half\ud800"));
        Assert.Equal("\\u{dc00}half", DisplayText.Of("\udc00half"));
    }

    [Fact]
    public void Of_LongText_SaysHowLongItWas()
    {
        var shown = DisplayText.Of(new string('x', 65_536));
        Assert.EndsWith("x… (65,536 characters)", shown, StringComparison.Ordinal);
        Assert.InRange(shown.Length, DisplayText.MaxLength, DisplayText.MaxLength + 32);
    }

    [Fact]
    public void Of_LongTextCutInsideAnEmoji_LeavesNoHalf()
    {
        var shown = DisplayText.Of(new string('x', DisplayText.MaxLength - 1) + string.Concat(Enumerable.Repeat("🔥", 100)));
        Assert.DoesNotContain('\ufffd', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(shown)));
    }
}
