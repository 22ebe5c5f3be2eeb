using Vitrine.DotNet.Cpu;

namespace Vitrine.DotNet.Tests.Cpu;

public sealed class SamplerWeightsTests
{
    static List<SamplerWeights.Part> Divide(double nanoseconds, params SamplerRun[] runs)
    {
        List<SamplerWeights.Part> parts = [];
        var first = 0;
        Assert.Equal(0, SamplerWeights.Divide(runs, ref first, 0, 100, nanoseconds, parts));
        Assert.Equal(nanoseconds, parts.Sum(static one => one.Nanoseconds), 6);
        return parts;
    }

    [Fact]
    public void Divide_ManagedAndWaiting_GivesAllToManaged() =>
        Assert.Equal([15, 0], Divide(15, new(1, 0, true, 0, 20, 2), new(2, 0, false, 30, 100, 8)).Select(static one => one.Nanoseconds));

    [Fact]
    public void Divide_MoreThanTheTimeInManagedCode_GivesTheRestToNative() =>
        Assert.Equal([20, 60], Divide(80, new(1, 0, true, 0, 20, 2), new(2, 0, false, 30, 100, 8)).Select(static one => one.Nanoseconds));

    [Fact]
    public void Divide_OnlyWaitingOrNative_GivesByCount() =>
        Assert.Equal([2.5, 7.5], Divide(10, new(1, 0, false, 0, 20, 2), new(2, 0, false, 30, 100, 6)).Select(static one => one.Nanoseconds));

    [Fact]
    public void Divide_RunAcrossIntervals_TakesItsPartInEach()
    {
        SamplerRun[] runs = [new(1, 0, true, 50, 150, 11)];
        List<SamplerWeights.Part> parts = [];
        var first = 0;
        Assert.Equal(0, SamplerWeights.Divide(runs, ref first, 0, 100, 30, parts));
        Assert.Equal(5.5, parts.Single().Samples, 6);
        Assert.Equal(0, SamplerWeights.Divide(runs, ref first, 100, 200, 40, parts));
        Assert.Equal(40, parts.Single().Nanoseconds, 6);
        Assert.Equal(70, SamplerWeights.Divide(runs, ref first, 200, 300, 70, parts));
        Assert.Empty(parts);
    }
}
