using System.Text;
using Vitrine.Grpc.Protocol;

namespace Vitrine.Grpc.Tests.Protocol;

public sealed class BinaryMetadataTests
{
    static string? Decoded(string line)
    {
        var values = new List<ReadOnlyMemory<byte>>();
        return BinaryMetadata.TryDecode(line, values) ? string.Join('|', values.Select(one => Encoding.UTF8.GetString(one.Span))) : null;
    }

    [Theory]
    [InlineData("YQ", "a")]
    [InlineData("YQ==", "a")]
    [InlineData("YWI=", "ab")]
    [InlineData("YWI", "ab")]
    [InlineData("YWJj", "abc")]
    [InlineData("YQ==,YWJj, YWI", "a|abc|ab")]
    [InlineData("", "")]
    [InlineData(",", "|")]
    [InlineData("Y", null)]
    [InlineData("YW Jj", null)]
    [InlineData("Y!==", null)]
    [InlineData("YQ,*", null)]
    public void TryDecode_Line_IsItsValues(string line, string? expected) => Assert.Equal(expected, Decoded(line));

    [Fact]
    public void Encode_AnyBytes_HasNoPaddingAndDecodesToThem()
    {
        var random = new Random(5);
        for (var length = 0; length < 50; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var values = new List<ReadOnlyMemory<byte>>();
            var encoded = BinaryMetadata.Encode(bytes);
            Assert.DoesNotContain('=', encoded);
            Assert.True(BinaryMetadata.TryDecode(encoded, values));
            Assert.Equal(bytes, Assert.Single(values).ToArray());
        }
    }
}
