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
    public void GiveBack_IsAsIfNothingHadBeenTaken_AndIsSpentTakesNothing()
    {
        var random = new Random(12);
        var (table, twin) = (new RateTable<AddressKey>(8, _time), new RateTable<AddressKey>(8, _time));
        var rate = Rate.PerMinute(60, 3, _time);
        for (var i = 0; i < 20_000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(random.Next(0, 400)));
            var key = new AddressKey((UInt128)random.Next(1, 5));
            var isSpent = table.IsSpent(key, rate, out var later);
            if (random.Next(2) == 0 && table.TryTake(key, rate, out _)) table.GiveBack(key, rate);
            if (random.Next(3) > 0) continue;
            Assert.Equal(twin.TryTake(key, rate, out var expected), !isSpent);
            Assert.Equal(!isSpent, table.TryTake(key, rate, out var retryAfter));
            Assert.Equal((expected, expected), (later, retryAfter));
        }
    }

    [Fact]
    public void GiveBack_OfTheCommonBucket_GivesItBackToNewcomers()
    {
        var table = new RateTable<AddressKey>(1, _time);
        var rate = Rate.PerMinute(1, 2, _time);
        Assert.True(table.TryTake(new(1), rate, out _));

        // No room for these: they share one, and what they give back is there again.
        for (UInt128 i = 2; i < 50; i++)
        {
            Assert.False(table.IsSpent(new(i), rate, out _));
            Assert.True(table.TryTake(new(i), rate, out _));
            table.GiveBack(new(i), rate);
        }
        Assert.True(table.TryTake(new(50), rate, out _));
        Assert.True(table.TryTake(new(51), rate, out _));
        Assert.True(table.IsSpent(new(52), rate, out _));
        Assert.False(table.IsSpent(new(1), rate, out _));
    }

    [Fact]
    public void GiveBack_OfAnEntryThatIsGone_GivesNothingToTheCommonBucket()
    {
        var table = new RateTable<AddressKey>(2, _time);
        var rate = Rate.PerMinute(60, 2, _time);
        Assert.True(table.TryTake(new(1), rate, out _));
        Assert.True(table.TryTake(new(2), rate, out _));
        // No room: the common bucket is spent.
        Assert.True(table.TryTake(new(3), rate, out _));
        Assert.True(table.TryTake(new(3), rate, out _));
        Assert.False(table.TryTake(new(3), rate, out _));
        // Both entries are full again, and go.
        _time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.False(table.IsSpent(new(9), rate, out _));
        Assert.Equal(0, table.Count);

        table.GiveBack(new(1), rate);

        Assert.True(table.TryTake(new(4), rate, out _));
        Assert.True(table.TryTake(new(5), rate, out _));
        // One and a half have come back to the common bucket by themselves.
        Assert.True(table.TryTake(new(6), rate, out _));
        Assert.False(table.TryTake(new(7), rate, out _));
    }

    [Fact]
    public void GiveBack_OfAllThatWasTaken_ForgetsTheKey()
    {
        var table = new RateTable<AddressKey>(100, _time);
        var rate = Rate.PerMinute(60, 3, _time);

        Assert.True(table.TryTake(new(7), rate, out _));
        Assert.Equal(1, table.Count);
        table.GiveBack(new(7), rate);
        Assert.Equal(0, table.Count);
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
    [InlineData("::1"), InlineData("::"), InlineData("127.0.0.1"), InlineData("0.0.0.0"), InlineData("255.255.255.255"), InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    public void AddressKey_OfNoAddress_IsThatOfNone(string address) =>
        Assert.NotEqual(AddressKey.Of(null), AddressKey.Of(Vitrine.Guard.Identity.NetworkAddress.From(System.Net.IPAddress.Parse(address))));

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
