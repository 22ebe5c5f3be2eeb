using Vitrine.Insight.Statistics;

namespace Vitrine.Insight.Tests.Statistics;

public sealed class ShiftEstimateTests
{
    [Fact]
    public void Between_TooFewValues_IsNothing()
    {
        double[] few = [1, 2, 3, 4, 5, 6, 7], many = [1, 2, 3, 4, 5, 6, 7, 8];
        Assert.Null(ShiftEstimate.Between(few, many));
        Assert.Null(ShiftEstimate.Between(many, few));
        Assert.NotNull(ShiftEstimate.Between(many, many));
    }

    [Fact]
    public void Between_ShiftedCopies_IsTheShift()
    {
        double[] control = [.. Enumerable.Range(0, 50).Select(static i => (double)i)];
        var shift = ShiftEstimate.Between([.. control.Select(static value => value + 1000)], control)!.Value;
        Assert.Equal(1000, shift.Shift);
        Assert.InRange(shift.Lower, 985, 1000);
        Assert.InRange(shift.Upper, 1000, 1015);
        Assert.True(shift.IsClear);
        Assert.InRange(shift.P, 0, 1e-6);
    }

    [Fact]
    public void Between_SameDistribution_IsNotClearInNineteenOfTwenty()
    {
        var random = new Random(3);
        var covered = 0;
        const int trials = 400;
        for (var trial = 0; trial < trials; trial++)
        {
            // Long tails, as durations have.
            double[] control = [.. Enumerable.Range(0, 30).Select(_ => Math.Exp(2 * random.NextDouble() + random.NextDouble()))];
            double[] treated = [.. Enumerable.Range(0, 20).Select(_ => 5 + Math.Exp(2 * random.NextDouble() + random.NextDouble()))];
            var shift = ShiftEstimate.Between(treated, control)!.Value;
            if (shift.Lower <= 5 && shift.Upper >= 5)
                covered++;
        }
        Assert.InRange(covered, (int)(0.92 * trials), (int)(0.98 * trials));
    }

    [Fact]
    public void Between_OneWildValue_DoesNotMoveIt()
    {
        double[] control = [.. Enumerable.Range(0, 20).Select(static i => (double)i)];
        double[] treated = [.. control.Select(static value => value + 3)];
        treated[0] = 1e9;
        Assert.InRange(ShiftEstimate.Between(treated, control)!.Value.Shift, 2, 5);
    }

    [Fact]
    public void Between_ManyValues_IsThinnedWithoutMovingIt()
    {
        double[] control = [.. Enumerable.Range(0, 100_000).Select(static i => (double)i)];
        Assert.InRange(ShiftEstimate.Between([.. control.Select(static value => value + 20_000)], control)!.Value.Shift, 19_800, 20_200);
    }
}
