using Vitrine.Pprof.Tests.Support;
using Vitrine.Pprof.Views;
using Vitrine.Pprof.Wire;

namespace Vitrine.Pprof.Tests.Views;

public sealed class TextReportTests
{
    static string Top(Profile profile, int? type = null, int rows = 0, bool byCum = false) => ViewProfiles.Text(stream => TextTop.Write(profile, stream, type, rows, byCum));

    /// <summary>What follows the header, whose time is in the reader's zone in pprof.</summary>
    static string Body(string report) => string.Join('\n', report.ReplaceLineEndings("\n").Split('\n').SkipWhile(line => !line.StartsWith("Showing", StringComparison.Ordinal)).Select(line => line.TrimEnd()));

    static string OfPprof(Profile profile, params string[] options)
    {
        var path = Path.Combine(Path.GetTempPath(), $"vitrine-top-{Guid.NewGuid():N}.pb.gz");
        ProfileWriter.WriteFile(profile, path);
        try
        {
            return GoPprof.Tool([.. options, "-symbolize=none", path]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Top_Service_IsAsKept() => Golden.Check("service-top.txt", Top(ViewProfiles.Service()));

    [Fact]
    public void Traces_Service_IsAsKept() => Golden.Check("service-traces.txt", ViewProfiles.Text(stream => TextTraces.Write(ViewProfiles.Service(), stream)));

    [Fact]
    public void Tree_Service_IsAsKept() => Golden.Check("service-tree.txt", ViewProfiles.Text(stream => TextTree.Write(CallTree.Of(ViewProfiles.Service(), 1), stream)));

    [Fact]
    public void Tree_Difference_IsAsKept() =>
        Golden.Check("service-diff-tree.txt", ViewProfiles.Text(stream => TextTree.Write(CallTree.Diff(ViewProfiles.Service(), ViewProfiles.Service(2, 30), [1]), stream)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Top_Service_EqualsGoToolPprof(int type)
    {
        var profile = ViewProfiles.Service();
        Assert.Equal(Body(OfPprof(profile, "-top", $"-sample_index={type}")), Body(Top(profile, type)));
        Assert.Equal(Body(OfPprof(profile, "-top", "-cum", $"-sample_index={type}")), Body(Top(profile, type, byCum: true)));
        Assert.Equal(Body(OfPprof(profile, "-top", "-nodecount=3", $"-sample_index={type}")), Body(Top(profile, type, rows: 3)));
    }

    [Theory]
    [InlineData("count", 1)]
    [InlineData("bytes", 1)]
    [InlineData("bytes", 1234567)]
    [InlineData("nanoseconds", 1)]
    [InlineData("nanoseconds", 7654321)]
    [InlineData("microseconds", 99)]
    [InlineData("seconds", 5000)]
    [InlineData("kilobytes", 3)]
    [InlineData("widgets", 12)]
    public void Top_ValuesOfEverySize_EqualGoToolPprof(string unit, long factor)
    {
        var random = new Random(3);
        var lines = Enumerable.Range(0, 60).Select(i => $"main;f{random.Next(20)};g{random.Next(40)} {(long)Math.Pow(10, random.NextDouble() * 6) * factor}").ToArray();
        var profile = ViewProfiles.Of([new("value", unit)], lines);
        Assert.Equal(Body(OfPprof(profile, "-top")), Body(Top(profile)));
    }

    [Fact]
    public void Top_NegativeValues_EqualGoToolPprof()
    {
        var profile = ViewProfiles.Of([new("delta", "bytes")], "main;a 5000", "main;b -90000", "main;b;c 70000", "main -12");
        Assert.Equal(Body(OfPprof(profile, "-top")), Body(Top(profile)));
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("goroutine")]
    [InlineData("mutex")]
    public void Top_WhatGoWrote_EqualsGoToolPprof(string kind)
    {
        var path = GoProfiles.PathOf("1.27", kind);
        Assert.Equal(Body(GoPprof.Tool("-top", "-symbolize=none", path)), Body(Top(ProfileReader.ReadFile(path))));
    }

    [Fact]
    public void Traces_Service_EqualsGoToolPprof()
    {
        static IEnumerable<string> Stacks(string report) => report.ReplaceLineEndings("\n").Split('\n').SkipWhile(line => !line.StartsWith("----", StringComparison.Ordinal)).Select(line => line.TrimEnd());
        Assert.Equal(Stacks(OfPprof(ViewProfiles.Service(), "-traces")), Stacks(ViewProfiles.Text(stream => TextTraces.Write(ViewProfiles.Service(), stream))));
    }

    [Fact]
    public void Top_HostileNames_SendsNoEscapesToTheTerminal()
    {
        var text = Top(ViewProfiles.Hostile()) + ViewProfiles.Text(stream => TextTraces.Write(ViewProfiles.Hostile(), stream)) + ViewProfiles.Text(stream => TextTree.Write(CallTree.Of(ViewProfiles.Hostile(), 0), stream));
        Assert.DoesNotContain('\u001b', text);
        Assert.DoesNotContain('\0', text);
        Assert.DoesNotContain('\u202e', text);
    }
}
