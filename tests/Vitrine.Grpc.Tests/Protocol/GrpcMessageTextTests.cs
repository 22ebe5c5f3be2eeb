using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Vitrine.Grpc.Protocol;

namespace Vitrine.Grpc.Tests.Protocol;

public sealed class GrpcMessageTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("all is well.", "all is well.")]
    [InlineData("100 %", "100 %25")]
    [InlineData("a\r\ngrpc-status: 0", "a%0D%0Agrpc-status: 0")]
    [InlineData("\u00e4\u20ac", "%C3%A4%E2%82%AC")]
    [InlineData("\U0001F600~\u007f", "%F0%9F%98%80~%7F")]
    public void Encode_Text_IsPercentEncodedUtf8(string text, string expected) => Assert.Equal(expected, GrpcMessageText.Encode(text));

    [Fact]
    public void Encode_HalfASurrogatePair_IsTheReplacementCharacter() => Assert.Equal("half %EF%BF%BD pair", GrpcMessageText.Encode("half \ud800 pair"));

    [Fact]
    public void Encode_LongText_IsCutBetweenCharacters()
    {
        var encoded = GrpcMessageText.Encode(new string('\u20ac', 10_000));
        Assert.InRange(encoded.Length, GrpcMessageText.MaximumLength - 12, GrpcMessageText.MaximumLength);
        Assert.EndsWith("%AC...", encoded, StringComparison.Ordinal);
        Assert.Matches("^(\u20ac)+\\.\\.\\.$", Uri.UnescapeDataString(encoded));
    }

    [Fact]
    public void Encode_AnyText_IsAHeaderValueThatDecodesToIt() => Prop.ForAll<string>(text =>
    {
        text ??= "";
        var encoded = GrpcMessageText.Encode(text);
        Assert.All(encoded, static c => Assert.InRange(c, ' ', '~'));
        if (!encoded.EndsWith("...", StringComparison.Ordinal)) Assert.Equal(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)), Uri.UnescapeDataString(encoded));
    }).QuickCheckThrowOnFailure();
}
