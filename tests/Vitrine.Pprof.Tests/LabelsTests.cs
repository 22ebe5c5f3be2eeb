using Vitrine.Pprof.Tests.Support;
using Vitrine.Pprof.Wire;

namespace Vitrine.Pprof.Tests;

public sealed class LabelsTests
{
    [Fact]
    public void Drop_Key_TakesItFromEverySample()
    {
        var profile = Labels.Drop(Samples.Small(), "tenant");
        Assert.DoesNotContain(profile.Samples.SelectMany(s => s.Labels), l => l.Key == "tenant");
        Assert.Equal([new Label("bytes", null, 16, "bytes")], profile.Samples[0].Labels);
        Assert.Equal(0, profile.Samples[3].LabelSetIndex);
    }

    [Fact]
    public void Drop_ThenCompact_LeavesNoTraceOfTheTextInTheFile()
    {
        var bytes = ProfileWriter.ToBytes(Labels.Drop(Samples.Small(), "tenant"), gzip: false);
        Assert.Equal(-1, bytes.AsSpan().IndexOf("blue"u8));
        Assert.True(ProfileWriter.ToBytes(Samples.Small(), gzip: false).AsSpan().IndexOf("blue"u8) > 0);
    }

    [Fact]
    public void Rename_Key_KeepsTheValues() =>
        Assert.Equal([new Label("customer", "blue"), new Label("customer", "also"), new Label("bytes", null, 16, "bytes")], Labels.Rename(Samples.Small(), "tenant", "customer").Samples[0].Labels);

    [Fact]
    public void Set_Label_ReplacesThoseOfItsKeyAndKind()
    {
        var profile = Labels.Set(Samples.Small(), new Label("tenant", "all"));
        Assert.All(profile.Samples, s => Assert.Equal("all", s.Labels.Text("tenant")));
        Assert.Equal([new Label("tenant", "all"), new Label("bytes", null, 16, "bytes")], profile.Samples[0].Labels);
    }

    [Fact]
    public void Labels_OfASample_AreInCanonicalOrder() =>
        Assert.Equal([new Label("tenant", "blue"), new Label("tenant", "also"), new Label("bytes", null, 16, "bytes")], Samples.Small().Samples[0].Labels);

    [Fact]
    public void Labels_ManyInOneSample_AreInCanonicalOrderAndStable()
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        Label[] labels = [.. Enumerable.Range(0, 500).Select(i => new Label($"key{i % 7}", $"{i}"))];
        builder.AddSample([], [1], labels);
        Assert.Equal(labels.OrderBy(l => l.Key, StringComparer.Ordinal), builder.Build().Samples[0].Labels);
    }
}
