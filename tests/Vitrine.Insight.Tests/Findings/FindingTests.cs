using Vitrine.Insight.Findings;

namespace Vitrine.Insight.Tests.Findings;

public sealed class FindingTests
{
    [Fact]
    public void Finding_WithoutEvidence_CannotBeConstructed() =>
        Assert.Throws<ArgumentException>(() => new Finding("title", Verdict.Fault, new Confidence(1, "sure"), [], [], []));

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void Confidence_OutsideZeroToOne_CannotBeConstructed(double value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Confidence(value, "wrong"));
}
