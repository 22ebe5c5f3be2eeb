using Vitrine.Grpc.Protocol;

namespace Vitrine.Grpc.Tests.Protocol;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("600n", 6)]
    [InlineData("1n", 1)]
    [InlineData("0S", 0)]
    [InlineData("0n", 0)]
    [InlineData("00000001S", 10_000_000)]
    [InlineData("99999999H", 99_999_999 * TimeSpan.TicksPerHour)]
    [InlineData("99999999n", 1_000_000)]
    public void TryParse_Timeout_IsItsTicks(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("100000000S")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1 S")]
    [InlineData("1S ")]
    [InlineData("1.5S")]
    [InlineData("0x1S")]
    [InlineData("1s")]
    [InlineData("1h")]
    [InlineData("1U")]
    [InlineData("1N")]
    [InlineData("1D")]
    [InlineData("1SS")]
    [InlineData("1e3m")]
    [InlineData("\u0661S")]
    [InlineData("1,000S")]
    public void TryParse_Garbage_IsNone(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));
}
