using System.Xml.Linq;
using Vitrine.Pprof.Tests.Support;
using Vitrine.Pprof.Views;

namespace Vitrine.Pprof.Tests.Views;

public sealed class ProfileFormatsTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-formats-");

    public void Dispose() => _folder.Delete(recursive: true);

    string PathOf(string name) => Path.Combine(_folder.FullName, name);

    [Theory]
    [InlineData("heap.pb.gz", ProfileFormat.Pprof)]
    [InlineData("HEAP.PB.GZ", ProfileFormat.Pprof)]
    [InlineData("heap.pb", ProfileFormat.PprofPlain)]
    [InlineData("cpu.pprof", ProfileFormat.Pprof)]
    [InlineData("x.folded", ProfileFormat.Folded)]
    [InlineData("x.collapsed", ProfileFormat.Folded)]
    [InlineData("x.speedscope.json", ProfileFormat.Speedscope)]
    [InlineData("x.svg", ProfileFormat.FlameGraphSvg)]
    [InlineData("a.b/x.html", ProfileFormat.FlameGraphHtml)]
    [InlineData("x.txt", ProfileFormat.Text)]
    [InlineData("x", null)]
    [InlineData("x.png", null)]
    public void ForPath_Ending_ChoosesTheFormat(string path, ProfileFormat? format) => Assert.Equal(format, ProfileFormats.ForPath(path));

    [Theory]
    [InlineData("p.pb.gz")]
    [InlineData("p.pb")]
    [InlineData("p.folded")]
    [InlineData("p.speedscope.json")]
    [InlineData("p.svg")]
    [InlineData("p.html")]
    [InlineData("p.txt")]
    public void WriteFile_EveryKnownEnding_WritesAFile(string name)
    {
        ProfileFormats.WriteFile(ViewProfiles.Service(), PathOf(name));
        Assert.True(new FileInfo(PathOf(name)).Length > 100);
        Assert.Single(_folder.GetFiles());
    }

    [Theory]
    [InlineData("p.pb.gz")]
    [InlineData("p.pb")]
    [InlineData("p.folded")]
    [InlineData("p.speedscope.json")]
    public void ReadFile_WhatWasWritten_HasTheSameTree(string name)
    {
        var profile = ViewProfiles.Service();
        ProfileFormats.WriteFile(profile, PathOf(name));
        var read = ProfileFormats.ReadFile(PathOf(name));
        Assert.Equal(ViewProfiles.Text(s => Folded.Write(profile, s, 1)), ViewProfiles.Text(s => Folded.Write(read, s, read.DefaultSampleTypeIndex)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Write_RandomProfile_DrawsWhateverItHolds(int seed)
    {
        var profile = Samples.Random(seed);
        XDocument.Parse(ViewProfiles.Text(stream => ProfileFormats.Write(profile, stream, ProfileFormat.FlameGraphSvg)));
        foreach (var format in (ProfileFormat[])[ProfileFormat.FlameGraphHtml, ProfileFormat.Text])
            Assert.NotEmpty(ViewProfiles.Text(stream => ProfileFormats.Write(profile, stream, format)));
        Assert.NotEmpty(ViewProfiles.Text(stream => TextTraces.Write(profile, stream)));
        using var page = new MemoryStream();
        ProfileFormats.WriteDiff(profile, profile, page, ProfileFormat.FlameGraphHtml);
        Assert.NotEqual(0, page.Length);
    }

    [Fact]
    public void ReadFile_WrongEnding_IsReadByItsContent()
    {
        ProfileFormats.WriteFile(ViewProfiles.Service(), PathOf("p.speedscope.json"));
        ProfileFormats.WriteFile(ViewProfiles.Service(), PathOf("p.pb.gz"));
        File.Move(PathOf("p.speedscope.json"), PathOf("json.pb"));
        File.Move(PathOf("p.pb.gz"), PathOf("profile"));
        Assert.Equal("cpu", ProfileFormats.ReadFile(PathOf("json.pb")).DefaultSampleType);
        Assert.Equal(2, ProfileFormats.ReadFile(PathOf("profile")).SampleTypes.Count);
    }

    [Fact]
    public void ReadFile_TextFile_IsFoldedStacks()
    {
        File.WriteAllText(PathOf("stacks.txt"), "a;b 3\n");
        Assert.Single(ProfileFormats.ReadFile(PathOf("stacks.txt")).Samples);
    }

    [Fact]
    public void ReadFile_Damaged_NamesTheFile()
    {
        File.WriteAllText(PathOf("bad.folded"), "no number\n");
        Assert.Contains("bad.folded", Assert.Throws<ProfileFormatException>(() => ProfileFormats.ReadFile(PathOf("bad.folded"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadFile_FlameGraph_SaysWhatToKeep() =>
        Assert.Contains(".pb.gz", Assert.Throws<ProfileFormatException>(() => ProfileFormats.ReadFile(PathOf("x.svg"))).Message, StringComparison.Ordinal);

    [Fact]
    public void WriteFile_UnknownEnding_NamesTheKnownOnes() =>
        Assert.Contains(".speedscope.json", Assert.Throws<ArgumentException>(() => ProfileFormats.WriteFile(ViewProfiles.Service(), PathOf("x.png"))).Message, StringComparison.Ordinal);

    [Fact]
    public void WriteFile_FormatThatCannotHoldIt_LeavesNothingBehind()
    {
        Assert.Throws<NotSupportedException>(() => ProfileFormats.WriteFile(ViewProfiles.Of("a -1"), PathOf("x.folded")));
        Assert.Empty(_folder.GetFiles());
    }
}
