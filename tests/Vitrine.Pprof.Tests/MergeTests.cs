using Vitrine.Pprof.Tests.Support;

namespace Vitrine.Pprof.Tests;

public sealed class MergeTests
{
    static Profile Of(params SampleType[] types) => new ProfileBuilder(types).Build();

    [Fact]
    public void Of_OtherSampleTypes_NamesThem()
    {
        var refused = Assert.Throws<IncompatibleProfilesException>(() => Merge.Of(Of(new SampleType("cpu", "nanoseconds")), Of(new SampleType("space", "bytes"))));
        Assert.Contains("cpu/nanoseconds", refused.Message, StringComparison.Ordinal);
        Assert.Contains("space/bytes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Nothing_IsRefused() => Assert.Throws<InvalidOperationException>(() => Merge.Of());

    [Fact]
    public void InCommon_SharedTypesInAnotherOrder_CanBeMerged()
    {
        var builder = new ProfileBuilder(new SampleType("b", "count"), new SampleType("a", "count"));
        builder.AddSample([], [1, 2]);
        var other = new ProfileBuilder(new SampleType("a", "count"), new SampleType("c", "count"), new SampleType("b", "count"));
        other.AddSample([], [10, 20, 30]);
        var merged = Merge.Of(SampleTypes.InCommon(builder.Build(), other.Build()));
        Assert.Equal([new SampleType("b", "count"), new SampleType("a", "count")], merged.SampleTypes);
        Assert.Equal([31, 12], merged.Samples[0].Values.ToArray());
    }

    [Fact]
    public void InCommon_NothingShared_IsRefused() =>
        Assert.Throws<IncompatibleProfilesException>(() => SampleTypes.InCommon(Of(new SampleType("a", "")), Of(new SampleType("b", ""))));

    [Fact]
    public void Of_RunsAtOtherAddresses_AreOneBinary()
    {
        var merged = Merge.Of(Samples.Small(), Samples.Small(slide: 0x5000), Samples.Small(slide: 0x10_0000));
        Assert.Equal(Samples.Small().Samples.Count, merged.Samples.Count);
        Assert.Equal(2, merged.Mappings.Count);
        Assert.Equal(3_000_000_000, merged.DurationNanos);
        Assert.Equal(["made by hand"], merged.Comments);
    }
}
