using Vitrine.Guard.Limits;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Limits;

public sealed class RateTableTests
{
    readonly ManualTime _time = new();

    [Fact]
    public void TryTake_OverALongTime_IsTheRateAndTheBurst()
    {
        var random = new Random(11);
        var table = new RateTable<AddressKey>(8, _time);
        var rate = Rate.PerMinute(60, 10, _time);
        // The reference: a bucket with fractions, as books have it.
        double tokens = 10;
        for (var i = 0; i < 20_000; i++)
        {
            var step = TimeSpan.FromMilliseconds(random.Next(0, 1500));
            _time.Advance(step);
            tokens = Math.Min(10, tokens + step.TotalSeconds);
            var isTaken = table.TryTake(default, rate, out var retryAfter);
            Assert.Equal(tokens >= 1 - 1e-6, isTaken);
            if (isTaken) tokens--;
            else Assert.Equal(1 - tokens, retryAfter.TotalSeconds, 1e-6);
        }
    }

    [Fact]
    public void TryTake_ByMoreKeysThanThereIsRoomFor_DoesNotGrowAndGivesNobodyFreshTokens()
    {
        var table = new RateTable<AddressKey>(100, _time);
        var rate = Rate.PerMinute(60, 2, _time);
        var victim = new AddressKey(1);
        Assert.True(table.TryTake(victim, rate, out _));
        Assert.True(table.TryTake(victim, rate, out _));
        Assert.False(table.TryTake(victim, rate, out _));

        var taken = 0;
        for (UInt128 i = 2; i < 10_000; i++)
        {
            if (table.TryTake(new(i), rate, out _)) taken++;
        }

        Assert.Equal(100, table.Count);
        // 99 with an entry, and two for all the others together.
        Assert.Equal(99 + 2, taken);
        Assert.False(table.TryTake(victim, rate, out _));

        // Full again after two seconds: the entries say nothing any more, and go.
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(table.TryTake(new(1_000_000), rate, out _));
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void TryTake_WhileTheTableIsFull_DoesNotThrowOutWhoIsBeingLimited()
    {
        var table = new RateTable<AddressKey>(100, _time);
        var slow = Rate.PerMinute(1, 1, _time);
        var quick = Rate.PerMinute(600, 1, _time);
        Assert.True(table.TryTake(new(1), slow, out _));
        for (UInt128 i = 2; i <= 100; i++) table.TryTake(new(i), quick, out _);

        _time.Advance(TimeSpan.FromSeconds(1));
        for (UInt128 i = 200; i < 400; i++) table.TryTake(new(i), quick, out _);

        Assert.False(table.TryTake(new(1), slow, out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(59), retryAfter);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:0:0:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("::1", "::2", true)]
    public void AddressKey_OfTwoAddresses_IsOnePerPerson(string one, string other, bool isSame) =>
        Assert.Equal(isSame, AddressKey.Of(Vitrine.Guard.Identity.NetworkAddress.From(System.Net.IPAddress.Parse(one))) == AddressKey.Of(Vitrine.Guard.Identity.NetworkAddress.From(System.Net.IPAddress.Parse(other))));
}
