using System.Text.RegularExpressions;
using Vitrine.Pprof.Tests.Support;

namespace Vitrine.Pprof.Tests;

public sealed class FilterTests
{
    [Fact]
    public void Of_ConditionsThatMatchNothing_AreNamed()
    {
        var result = Filter.Of(Samples.Small(), new FrameFilter { Focus = "main", Ignore = "nope", Hide = "nope", Show = "nope", ShowFrom = "nope", TagFocus = "nope", TagIgnore = "nope", TagShow = "nope", TagHide = "nope" });
        Assert.Equal(["Ignore", "Hide", "Show", "ShowFrom", "TagFocus", "TagShow", "TagHide"], result.Unmatched.Where(n => n != "TagIgnore"));
    }

    [Fact]
    public void Of_NoConditions_IsTheSameProfile()
    {
        var profile = Samples.Small();
        var result = Filter.Of(profile, new FrameFilter());
        Assert.Same(profile, result.Profile);
        Assert.Empty(result.Unmatched);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("(?=look)ahead")]
    [InlineData("(a)\\1")]
    public void Of_PatternThatIsNotTaken_SaysWhichAndWhy(string pattern) =>
        Assert.Contains(pattern, Assert.Throws<ArgumentException>(() => Filter.Of(Samples.Small(), new FrameFilter { Focus = pattern })).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_PatternTooLong_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Filter.Of(Samples.Small(), new FrameFilter { Hide = new string('a', UserPattern.MaxLength + 1) }));

    [Fact]
    public void Of_PatternThatBacktrackingEnginesChokeOn_Ends()
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        var location = builder.Location(-1, 1, [new Line(builder.Function(new string('a', 5_000) + "!"), 1)]);
        builder.AddSample([location], [1]);
        Assert.Empty(Filter.Of(builder.Build(), new FrameFilter { Focus = "^(a+)+$" }).Profile.Samples);
    }

    [Theory]
    [InlineData(".plt.call", "plt.call")]
    [InlineData("std::vector<int>::push_back(int const&)", "std::vector<int>::push_back")]
    [InlineData("(anonymous namespace)::f(int)", "(anonymous namespace)::f")]
    [InlineData("Class::operator()(int)", "Class::operator()")]
    [InlineData("main.(*server).serve", "main.")]
    [InlineData("plain", "plain")]
    public void Prune_DecoratedName_IsMatchedWithoutItsArguments(string name, string simple)
    {
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        int callee = builder.Location(-1, 1, [new Line(builder.Function(name), 1)]), caller = builder.Location(-1, 2, [new Line(builder.Function("caller"), 1)]);
        builder.AddSample([callee, caller], [1]);
        var pruned = Prune.Below(builder.Build(), UserPattern.Compile($"^{Regex.Escape(simple)}$")!);
        Assert.Equal([caller], pruned.Samples[0].LocationIndexes.ToArray());
    }
}
