using Vitrine.Pprof.Tests.Support;

namespace Vitrine.Pprof.Tests;

public sealed class ProfileBuilderTests
{
    [Fact]
    public void Add_EqualThings_GetTheSameIndex()
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        Assert.Equal(builder.Mapping(1, 2, 0, "f"), builder.Mapping(1, 2, 0, "f"));
        Assert.NotEqual(builder.Mapping(1, 2, 0, "f"), builder.Mapping(1, 2, 0, "g"));
        Assert.Equal(builder.Function("f"), builder.Function("f"));
        Assert.NotEqual(builder.Function("f"), builder.Function("f", startLine: 3));
        Assert.Equal(builder.Location(0, 1, [new Line(0, 1)]), builder.Location(0, 1, [new Line(0, 1)]));
        Assert.NotEqual(builder.Location(0, 1, [new Line(0, 1)]), builder.Location(0, 1, [new Line(0, 1, 2)]));
        builder.AddSample([0], [1], [new Label("b", "y"), new Label("a", "x")]);
        builder.AddSample([0], [2], [new Label("a", "x"), new Label("b", "y")]);
        var profile = builder.Build();
        Assert.Equal(2, profile.Samples.Count);
        Assert.Equal(profile.Samples[0].StackIndex, profile.Samples[1].StackIndex);
        Assert.Equal(profile.Samples[0].LabelSetIndex, profile.Samples[1].LabelSetIndex);
    }

    [Fact]
    public void Add_ReferenceThatWasNotGivenOut_IsRefused()
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Location(0, 1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Location(-2, 1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Location(-1, 1, [new Line(0, 1)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AddSample([0], [1]));
        Assert.Throws<ArgumentException>(() => builder.AddSample([], [1, 2]));
        Assert.Throws<ArgumentException>(() => builder.Mapping(2, 1));
    }

    [Fact]
    public void Build_Twice_IsRefused()
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        builder.Build();
        Assert.Throws<ObjectDisposedException>(() => builder.Build());
        Assert.Throws<ObjectDisposedException>(() => builder.AddSample([], [1]));
    }

    [Fact]
    public void Build_ManySamplesAndLongStacks_KeepsThemAll()
    {
        // Beyond one segment of every table.
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        int[] locations = [.. Enumerable.Range(0, 70_000).Select(i => builder.Location(-1, (ulong)i, [new Line(builder.Function($"f{i}"), i)]))];
        for (var i = 0; i < 200_000; i++)
            builder.AddSample(locations.AsSpan(i % 60_000, 1 + (i % 20)), [i]);
        builder.AddSample(locations, [-1]);
        var profile = builder.Build();
        Assert.Equal(200_001, profile.Samples.Count);
        for (var i = 0; i < 200_000; i += 997)
        {
            Assert.Equal(i, profile.Samples[i].Values[0]);
            Assert.True(profile.Samples[i].LocationIndexes.SequenceEqual(locations.AsSpan(i % 60_000, 1 + (i % 20))));
        }
        Assert.Equal("f69999", profile.Functions[profile.Locations[profile.Samples[200_000].LocationIndexes[^1]].Line(0).Function].Name);
    }

    [Fact]
    public void DefaultSampleTypeIndex_NamedElseLast()
    {
        Assert.Equal(1, Samples.Small().DefaultSampleTypeIndex);
        Assert.Equal(1, new ProfileBuilder(new SampleType("a", ""), new SampleType("b", "")).Build().DefaultSampleTypeIndex);
        Assert.Equal(0, new ProfileBuilder(new SampleType("a", ""), new SampleType("b", "")) { DefaultSampleType = "a" }.Build().DefaultSampleTypeIndex);
    }
}
