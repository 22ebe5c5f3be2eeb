using Vitrine.AspNetCore.Panics;

namespace Vitrine.AspNetCore.Tests.Panics;

public sealed class PanicTableTests
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }

    [Fact]
    public void ShouldRecord_SameCause_OncePerInterval_AndCountsTheRest()
    {
        var clock = new Clock();
        var table = new PanicTable(clock);
        var cause = new PanicCause("Type", "Frame");

        Assert.True(table.ShouldRecord(cause, Minute, out var suppressed));
        Assert.Equal(0, suppressed);
        for (var i = 0; i < 5; i++)
        {
            clock.Now += TimeSpan.FromSeconds(11);
            Assert.False(table.ShouldRecord(cause, Minute, out _));
        }
        clock.Now += TimeSpan.FromSeconds(5);

        Assert.True(table.ShouldRecord(cause, Minute, out suppressed));
        Assert.Equal(5, suppressed);
        Assert.True(table.ShouldRecord(cause with { Frame = "Another" }, Minute, out _));
        Assert.True(table.ShouldRecord(cause with { Type = "Another" }, Minute, out _));
    }

    [Fact]
    public void ShouldRecord_MoreCausesThanItHolds_ForgetsTheQuietest()
    {
        var clock = new Clock();
        var table = new PanicTable(clock);
        for (var i = 0; i < PanicTable.Capacity; i++)
        {
            clock.Now += TimeSpan.FromMilliseconds(1);
            Assert.True(table.ShouldRecord(new("Type", $"{i}"), Minute, out _));
        }
        clock.Now += TimeSpan.FromMilliseconds(1);
        Assert.False(table.ShouldRecord(new("Type", "0"), Minute, out _));   // no longer the quietest
        Assert.True(table.ShouldRecord(new("Type", "new"), Minute, out _));

        Assert.False(table.ShouldRecord(new("Type", "0"), Minute, out _));
        Assert.True(table.ShouldRecord(new("Type", "1"), Minute, out _));
    }

    [Fact]
    public void Cause_OfAThrownException_IsItsTypeAndWhereItWasThrown()
    {
        var cause = PanicCause.Of(Assert.Throws<FormatException>(static () => int.Parse("x")));
        var wrapped = PanicCause.Of(new AggregateException(Assert.Throws<FormatException>(static () => int.Parse("x"))));

        Assert.Equal("System.FormatException", cause.Type);
        Assert.StartsWith("System.Number.", cause.Frame, StringComparison.Ordinal);
        Assert.Equal(cause, wrapped);
        Assert.Equal(new PanicCause("System.FormatException", ""), PanicCause.Of(new FormatException()));
    }
}
