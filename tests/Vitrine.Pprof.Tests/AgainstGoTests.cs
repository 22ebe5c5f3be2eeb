using System.Text;
using Vitrine.Pprof.Tests.Support;
using Vitrine.Pprof.Wire;

namespace Vitrine.Pprof.Tests;

/// <summary>
/// Every operation against Go's own package: both write uncompressed protobuf with the same choices, so the results must be equal to the byte.
/// </summary>
public sealed class AgainstGoTests
{
    static readonly string[] NoArguments = [];

    static void AssertSame(byte[] expected, Profile actual)
    {
        var bytes = ProfileWriter.ToBytes(actual, gzip: false);
        if (bytes.AsSpan().SequenceEqual(expected))
            return;
        // Different: say how, in a form people can read.
        Assert.Equal(ProfileText.Of(ProfileReader.Read(expected)), ProfileText.Of(actual));
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(bytes));
    }

    [Theory]
    [MemberData(nameof(GoProfiles.All), MemberType = typeof(GoProfiles))]
    public void Write_AfterReadingWhatGoWrote_EqualsGoToTheByte(string version, string kind)
    {
        var path = GoProfiles.PathOf(version, kind);
        AssertSame(GoPprof.TruthOfFiles("copy", NoArguments, [path]), ProfileReader.ReadFile(path));
    }

    [Fact]
    public void Write_ProfileWithEveryField_EqualsGoToTheByte() =>
        AssertSame(GoPprof.Truth("copy", NoArguments, Samples.Small()), Samples.Small());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Write_RandomProfile_EqualsGoToTheByte(int seed) =>
        AssertSame(GoPprof.Truth("copy", NoArguments, Samples.Random(seed)), Samples.Random(seed));

    [Theory]
    [MemberData(nameof(GoProfiles.All), MemberType = typeof(GoProfiles))]
    public void Compact_WhatGoWrote_EqualsGo(string version, string kind)
    {
        var path = GoProfiles.PathOf(version, kind);
        AssertSame(GoPprof.TruthOfFiles("merge", NoArguments, [path]), Compact.Of(ProfileReader.ReadFile(path)));
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("heap")]
    [InlineData("goroutine")]
    public void Merge_ProfilesOfTwoGoVersions_EqualsGo(string kind)
    {
        string[] paths = [GoProfiles.PathOf("1.19", kind), GoProfiles.PathOf("1.27", kind), GoProfiles.PathOf("1.19", kind)];
        AssertSame(GoPprof.TruthOfFiles("merge", NoArguments, paths), Merge.Of([.. paths.Select(p => ProfileReader.ReadFile(p))]));
    }

    [Fact]
    public void Merge_SameBinaryAtOtherAddresses_EqualsGo()
    {
        Profile[] runs = [Samples.Small(), Samples.Small(slide: 0x10000, factor: 2), Samples.Small(slide: 0x7000, factor: 3)];
        AssertSame(GoPprof.Truth("merge", NoArguments, runs), Merge.Of(runs));
    }

    [Theory]
    [InlineData(11, 12)]
    [InlineData(21, 22)]
    public void Merge_RandomProfiles_EqualsGo(int first, int second)
    {
        // Random profiles differ in their types; the same one with other values does not.
        Profile[] profiles = [Samples.Random(first), Scale.By(Samples.Random(first), second)];
        AssertSame(GoPprof.Truth("merge", NoArguments, profiles), Merge.Of(profiles));
    }

    [Theory]
    [InlineData("main\\.burn", "", "", "")]
    [InlineData("", "runtime\\.", "", "")]
    [InlineData("", "", "^runtime\\.", "")]
    [InlineData("", "", "", "^main\\.")]
    [InlineData("sort|crypto", "pdqsort", "runtime", "main|sort|crypto")]
    [InlineData("", "", "profiles", "")]
    [InlineData("nothing like this", "", "", "")]
    public void Filter_ByName_EqualsGo(string focus, string ignore, string hide, string show)
    {
        foreach (var version in GoProfiles.Versions)
        {
            var path = GoProfiles.PathOf(version, "cpu");
            var filtered = Filter.Of(ProfileReader.ReadFile(path), new FrameFilter { Focus = focus, Ignore = ignore, Hide = hide, Show = show });
            AssertSame(GoPprof.TruthOfFiles("names", [focus, ignore, hide, show], [path]), Compact.Of(filtered.Profile));
        }
    }

    [Theory]
    [InlineData("copy", "mallocgc", "", "")]
    [InlineData("", "libc", "copy", "")]
    [InlineData("", "", "server", "main")]
    [InlineData("", "", "libc", "")]
    [InlineData("main", "", "", "libc")]
    public void Filter_ByNameOfInlinedLinesAndBinaries_EqualsGo(string focus, string ignore, string hide, string show)
    {
        var filtered = Filter.Of(Samples.Small(), new FrameFilter { Focus = focus, Ignore = ignore, Hide = hide, Show = show });
        AssertSame(GoPprof.Truth("names", [focus, ignore, hide, show], Samples.Small()), Compact.Of(filtered.Profile));
    }

    [Theory]
    [InlineData("main\\.main")]
    [InlineData("sort")]
    [InlineData("serve|copy")]
    public void Filter_ShowFrom_EqualsGo(string pattern)
    {
        var path = GoProfiles.PathOf("1.27", "cpu");
        AssertSame(GoPprof.TruthOfFiles("showfrom", [pattern], [path]), Compact.Of(Filter.Of(ProfileReader.ReadFile(path), new FrameFilter { ShowFrom = pattern }).Profile));
        AssertSame(GoPprof.Truth("showfrom", [pattern], Samples.Small()), Compact.Of(Filter.Of(Samples.Small(), new FrameFilter { ShowFrom = pattern }).Profile));
    }

    [Theory]
    [InlineData("tenant", "")]
    [InlineData("", "ten")]
    [InlineData("^(tenant|bytes)$", "bytes")]
    public void Filter_TagNames_EqualsGo(string show, string hide) =>
        AssertSame(GoPprof.Truth("tags", [show, hide], Samples.Small()), Compact.Of(Filter.Of(Samples.Small(), new FrameFilter { TagShow = show, TagHide = hide }).Profile));

    [Theory]
    [InlineData("runtime\\..*", "")]
    [InlineData("sort\\..*|crypto.*", "sort\\.Ints")]
    [InlineData("main\\.copy|runtime\\.mallocgc", "")]
    public void Prune_Below_EqualsGo(string drop, string keep)
    {
        var path = GoProfiles.PathOf("1.27", "cpu");
        Profile Pruned(Profile profile) => Compact.Of(Prune.Below(profile, UserPattern.Compile(drop)!, UserPattern.Compile(keep)));
        AssertSame(GoPprof.TruthOfFiles("prune", [drop, keep], [path]), Pruned(ProfileReader.ReadFile(path)));
        AssertSame(GoPprof.Truth("prune", [drop, keep], Samples.Small()), Pruned(Samples.Small()));
    }

    [Fact]
    public void Prune_Uninteresting_EqualsGo() =>
        AssertSame(GoPprof.Truth("uninteresting", NoArguments, Samples.Small()), Compact.Of(Prune.Uninteresting(Samples.Small())));

    [Theory]
    [InlineData("heap")]
    [InlineData("allocs")]
    public void Prune_UninterestingOfGoHeap_EqualsGo(string kind)
    {
        var path = GoProfiles.PathOf("1.27", kind);
        AssertSame(GoPprof.TruthOfFiles("uninteresting", NoArguments, [path]), Compact.Of(Prune.Uninteresting(ProfileReader.ReadFile(path))));
    }

    [Theory]
    [InlineData("main\\.burn")]
    [InlineData("main\\.serve|main\\.copy|main")]
    public void Prune_From_EqualsGo(string pattern)
    {
        var path = GoProfiles.PathOf("1.27", "cpu");
        AssertSame(GoPprof.TruthOfFiles("prunefrom", [pattern], [path]), Compact.Of(Prune.From(ProfileReader.ReadFile(path), UserPattern.Compile(pattern)!)));
        AssertSame(GoPprof.Truth("prunefrom", [pattern], Samples.Small()), Compact.Of(Prune.From(Samples.Small(), UserPattern.Compile(pattern)!)));
    }

    [Theory]
    [InlineData(Granularity.Function, true, "1", "1", "0", "0", "0", "0")]
    [InlineData(Granularity.Function, false, "0", "1", "0", "0", "0", "0")]
    [InlineData(Granularity.FileFunction, true, "1", "1", "1", "0", "0", "0")]
    [InlineData(Granularity.File, true, "1", "0", "1", "0", "0", "0")]
    [InlineData(Granularity.Line, true, "1", "1", "1", "1", "0", "0")]
    [InlineData(Granularity.Column, true, "1", "1", "1", "1", "1", "0")]
    [InlineData(Granularity.Address, true, "1", "1", "1", "1", "1", "1")]
    [InlineData(Granularity.Address, false, "0", "1", "1", "1", "1", "1")]
    public void Aggregate_ByGranularity_EqualsGo(Granularity granularity, bool inlines, params string[] flags)
    {
        foreach (var version in GoProfiles.Versions)
        {
            var path = GoProfiles.PathOf(version, "cpu");
            AssertSame(GoPprof.TruthOfFiles("aggregate", flags, [path]), Aggregate.By(ProfileReader.ReadFile(path), granularity, inlines));
        }
        AssertSame(GoPprof.Truth("aggregate", flags, Samples.Small()), Aggregate.By(Samples.Small(), granularity, inlines));
    }

    [Theory]
    [InlineData(0.5, 3)]
    [InlineData(0.001, 0.001)]
    [InlineData(-1, -1)]
    public void Scale_ByRatios_EqualsGo(double first, double second)
    {
        var path = GoProfiles.PathOf("1.27", "cpu");
        string[] ratios = [first.ToString("R"), second.ToString("R")];
        AssertSame(GoPprof.TruthOfFiles("scale", ratios, [path]), Compact.Of(Scale.By(ProfileReader.ReadFile(path), [first, second])));
        AssertSame(GoPprof.Truth("scale", ratios, Samples.Small()), Compact.Of(Scale.By(Samples.Small(), [first, second])));
    }

    [Theory]
    [InlineData("plain", "")]
    [InlineData("plain", "normalize")]
    [InlineData("marked", "")]
    [InlineData("marked", "normalize")]
    public void Diff_OfTwoProfiles_EqualsGo(string form, string normalize)
    {
        Profile baseline = Samples.Small(slide: 0x3000), current = Samples.Small(factor: 5);
        var difference = form == "marked" ? Diff.Marked(baseline, current, normalize.Length > 0) : Diff.Of(baseline, current, normalize.Length > 0);
        AssertSame(GoPprof.Truth("diff", [form, normalize], current, baseline), difference);

        string before = GoProfiles.PathOf("1.19", "heap"), after = GoProfiles.PathOf("1.27", "heap");
        Profile old = ProfileReader.ReadFile(before), now = ProfileReader.ReadFile(after);
        difference = form == "marked" ? Diff.Marked(old, now, normalize.Length > 0) : Diff.Of(old, now, normalize.Length > 0);
        AssertSame(GoPprof.TruthOfFiles("diff", [form, normalize], [after, before]), difference);
    }
}
