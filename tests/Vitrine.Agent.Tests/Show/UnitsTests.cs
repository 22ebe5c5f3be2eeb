using Vitrine.Agent.Show;

namespace Vitrine.Agent.Tests.Show;

public sealed class UnitsTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(3221225472, "3.0 GiB")]
    public void Bytes_AnySize_HasTheUnitThatKeepsItShort(double bytes, string expected) => Assert.Equal(expected, Units.Bytes(bytes));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(999, "999")]
    [InlineData(1234567, "1,234,567")]
    public void Count_Thousands_AreSeparated(long count, string expected) => Assert.Equal(expected, Units.Count(count));

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.0000003, "300 ns")]
    [InlineData(0.0000025, "2.5 µs")]
    [InlineData(0.0005, "500 µs")]
    [InlineData(0.0123, "12 ms")]
    [InlineData(1.25, "1.3 s")]
    [InlineData(41, "41 s")]
    [InlineData(125, "2 min 5 s")]
    [InlineData(11520, "3 h 12 min")]
    [InlineData(180000, "2 d 2 h")]
    public void Duration_AnyLength_HasTwoUnitsAtMost(double seconds, string expected) => Assert.Equal(expected, Units.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0 stacks")]
    [InlineData(1, "1 stack")]
    [InlineData(1234, "1,234 stacks")]
    public void Count_WithANoun_IsSingularForOneOnly(long count, string expected) => Assert.Equal(expected, Units.Count(count, "stack"));
}
