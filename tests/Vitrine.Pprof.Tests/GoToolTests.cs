using System.Globalization;
using System.Text.RegularExpressions;
using Vitrine.Pprof.Tests.Support;
using Vitrine.Pprof.Wire;

namespace Vitrine.Pprof.Tests;

/// <summary>What people run: <c>go tool pprof</c> on files that this library wrote, and its reports against ours.</summary>
public sealed class GoToolTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-");

    public void Dispose() => _folder.Delete(recursive: true);

    string Write(Profile profile, string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        ProfileWriter.WriteFile(profile, path);
        return path;
    }

    [Theory]
    [MemberData(nameof(GoProfiles.All), MemberType = typeof(GoProfiles))]
    public void Raw_OfWhatWeWrote_IsRawOfTheOriginal(string version, string kind)
    {
        var original = GoProfiles.PathOf(version, kind);
        var ours = Write(ProfileReader.ReadFile(original), "ours.pb.gz");
        Assert.Equal(GoPprof.Tool("-raw", original), GoPprof.Tool("-raw", ours));
        Assert.Equal(GoPprof.Tool("-traces", original), GoPprof.Tool("-traces", ours));
    }

    [Fact]
    public void Raw_OfEveryField_ShowsThem()
    {
        var raw = GoPprof.Tool("-raw", Write(Samples.Small(), "small.pb.gz"));
        Assert.Contains("PeriodType: space bytes", raw, StringComparison.Ordinal);
        Assert.Contains("alloc_objects/count alloc_space/bytes[dflt]", raw, StringComparison.Ordinal);
        Assert.Contains("tenant:[blue also]", raw, StringComparison.Ordinal);
        Assert.Contains("bytes:[16 bytes]", raw, StringComparison.Ordinal);
        Assert.Contains("0x7f0000000123 M=2 [F]", raw, StringComparison.Ordinal);
        Assert.Contains("main.copy /src/server.go:95:7 s=90", raw, StringComparison.Ordinal);
    }

    /// <summary>The flat and cumulative columns of -top, by function. Unit forced, so that numbers stay whole.</summary>
    static Dictionary<string, (long Flat, long Cumulative)> Top(string unit, params string[] arguments)
    {
        var top = new Dictionary<string, (long, long)>();
        foreach (Match row in Regex.Matches(GoPprof.Tool(["-top", "-nodecount=100000", "-nodefraction=0", "-edgefraction=0", $"-unit={unit}", .. arguments]),
            @"^\s*(-?[0-9]+)\S*\s+\S+\s+\S+\s+(-?[0-9]+)\S*\s+\S+\s+(.+?)( \(inline\))?$", RegexOptions.Multiline))
            top[row.Groups[3].Value] = (long.Parse(row.Groups[1].Value, CultureInfo.InvariantCulture), long.Parse(row.Groups[2].Value, CultureInfo.InvariantCulture));
        return top;
    }

    /// <summary>Flat and cumulative values by function name, worked out from our model.</summary>
    static Dictionary<string, (long Flat, long Cumulative)> Ours(Profile profile)
    {
        profile = Prune.Uninteresting(profile);
        var value = profile.DefaultSampleTypeIndex;
        var top = new Dictionary<string, (long Flat, long Cumulative)>();
        foreach (var sample in profile.Samples)
        {
            var seen = new HashSet<string>();
            foreach (var index in sample.LocationIndexes)
            {
                var location = profile.Locations[index];
                for (var l = 0; l < location.LineCount; l++)
                {
                    var name = profile.Functions[location.Line(l).Function].Name;
                    var (flat, cumulative) = top.GetValueOrDefault(name);
                    top[name] = (flat + (seen.Count == 0 ? sample.Values[value] : 0), cumulative + (seen.Contains(name) ? 0 : sample.Values[value]));
                    seen.Add(name);
                }
            }
        }
        return top.Where(t => t.Value != (0, 0)).ToDictionary();
    }

    [Theory]
    [InlineData("1.19")]
    [InlineData("1.27")]
    public void Top_OfACpuProfile_AgreesWithOurModel(string version)
    {
        var path = GoProfiles.PathOf(version, "cpu");
        Assert.Equal(Ours(ProfileReader.ReadFile(path)).OrderBy(t => t.Key, StringComparer.Ordinal), Top("ns", path).OrderBy(t => t.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Top_WithFocusAndIgnore_AgreesWithFilter()
    {
        var path = GoProfiles.PathOf("1.27", "cpu");
        var filtered = Filter.Of(ProfileReader.ReadFile(path), new FrameFilter { Focus = "main\\.burn", Ignore = "crypto" });
        var theirs = Top("ns", "-focus=main\\.burn", "-ignore=crypto", path);
        Assert.NotEmpty(theirs);
        Assert.Equal(Ours(filtered.Profile).OrderBy(t => t.Key, StringComparer.Ordinal), theirs.OrderBy(t => t.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("route=/search", "")]
    [InlineData("/list", "")]
    [InlineData("", "tenant=blue")]
    [InlineData("route:/search|route:/list", "tenant:b.*e")]
    public void Top_WithTagFocusAndIgnore_AgreesWithFilter(string focus, string ignore)
    {
        var path = GoProfiles.PathOf("1.27", "cpu");
        var filtered = Filter.Of(ProfileReader.ReadFile(path), new FrameFilter { TagFocus = focus, TagIgnore = ignore });
        var theirs = Top("ns", $"-tagfocus={focus}", $"-tagignore={ignore}", path);
        Assert.NotEmpty(theirs);
        Assert.Equal(Ours(filtered.Profile).OrderBy(t => t.Key, StringComparer.Ordinal), theirs.OrderBy(t => t.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("bytes=20:")]
    [InlineData("bytes=:20b")]
    [InlineData("16b:32b")]
    [InlineData("bytes=32b")]
    [InlineData("request=7")]
    [InlineData("bytes=1kb:")]
    public void Traces_WithNumericTagFocus_AgreeWithFilter(string focus)
    {
        var path = Write(Samples.Small(), "small.pb.gz");
        var ours = Filter.Of(Samples.Small(), new FrameFilter { TagFocus = focus }).Profile;
        var theirs = GoPprof.Tool("-proto", "-output", Path.Combine(_folder.FullName, "theirs.pb.gz"), $"-tagfocus={focus}", path);
        _ = theirs;
        var result = ProfileReader.ReadFile(Path.Combine(_folder.FullName, "theirs.pb.gz"));
        Assert.Equal(Totals(result), Totals(ours));
    }

    static long[] Totals(Profile profile)
    {
        var totals = new long[profile.SampleTypes.Count];
        foreach (var sample in profile.Samples)
            for (var i = 0; i < totals.Length; i++)
                totals[i] += sample.Values[i];
        return totals;
    }

    [Fact]
    public void Top_OfOurDifference_IsTopWithBase()
    {
        string before = GoProfiles.PathOf("1.19", "heap"), after = GoProfiles.PathOf("1.27", "heap");
        var difference = Write(Diff.Of(ProfileReader.ReadFile(before), ProfileReader.ReadFile(after)), "difference.pb.gz");
        Assert.Equal(Top("b", $"-base={before}", after).OrderBy(t => t.Key, StringComparer.Ordinal), Top("b", difference).OrderBy(t => t.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Top_OfOurMerge_IsTopOfAllFiles()
    {
        string[] paths = [GoProfiles.PathOf("1.27", "cpu"), GoProfiles.PathOf("1.27", "cpu"), GoProfiles.PathOf("1.19", "cpu")];
        var merged = Write(Merge.Of([.. paths.Select(p => ProfileReader.ReadFile(p))]), "merged.pb.gz");
        Assert.Equal(Top("ns", paths).OrderBy(t => t.Key, StringComparer.Ordinal), Top("ns", merged).OrderBy(t => t.Key, StringComparer.Ordinal));
    }
}
