using System.Globalization;
using System.Text;
using Vitrine.Pprof.Views;

namespace Vitrine.Pprof.Tests.Views;

public sealed class CallTreeTests
{
    /// <summary>One line per node: indentation, name, total, self; base values in brackets.</summary>
    static string Show(CallTree tree, int column = 0)
    {
        var text = new StringBuilder();
        var depth = new int[tree.NodeCount];
        for (var node = 0; node < tree.NodeCount; node++)
        {
            if (node > 0)
                depth[node] = depth[tree.Parents[node]] + 1;
            var frame = tree.FrameIndexes[node];
            text.Append(' ', depth[node]).Append(frame < 0 ? "all" : tree.Frames[frame].Name);
            if (frame >= 0 && tree.Frames[frame].Line > 0)
                text.Append(CultureInfo.InvariantCulture, $":{tree.Frames[frame].Line}");
            text.Append(CultureInfo.InvariantCulture, $" {tree.Total(column)[node]} {tree.Self(column)[node]}");
            if (tree.IsDiff)
                text.Append(CultureInfo.InvariantCulture, $" [{tree.BaseTotal(column)[node]} {tree.BaseSelf(column)[node]}]");
            text.Append('\n');
        }
        return text.ToString();
    }

    [Fact]
    public void Of_StacksWithCommonCallers_SumsThemBiggestFirst() =>
        Assert.Equal("all 16 0\n a 15 3\n  c 7 7\n  b 5 4\n   a 1 1\n z 1 1\n", Show(CallTree.Of(ViewProfiles.Of("a;b 4", "a;c 7", "a 3", "a;b;a 1", "z 1"), 0)));

    [Fact]
    public void Of_Inverted_StartsAtTheFunctionsThatSpentTheValue() =>
        Assert.Equal("all 16 0\n c 7 0\n  a 7 7\n a 4 3\n  b 1 0\n   a 1 1\n b 4 0\n  a 4 4\n z 1 1\n",
            Show(CallTree.Of(ViewProfiles.Of("a;b 4", "a;c 7", "a 3", "a;b;a 1", "z 1"), 0, new() { Inverted = true })));

    [Fact]
    public void Of_InlinedCalls_AreFramesOfTheirOwn()
    {
        var shown = Show(CallTree.Of(ViewProfiles.Service(), 0));
        Assert.Contains(" net/http.(*conn).serve 85 0\n  example.org/shop/cart.Handle 85 0\n   example.org/shop/cart.(*Cart).Total 85 20\n    encoding/json.Marshal 65 25\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_CodeWithoutSymbols_IsNamedByItsBinary() => Assert.Contains("  [libc.so.6] 4 4\n", Show(CallTree.Of(ViewProfiles.Service(), 0)), StringComparison.Ordinal);

    [Fact]
    public void Of_FunctionLine_TellsLinesApart()
    {
        var profile = ViewProfiles.Of("a@f:1;b@f:9 1", "a@f:2;b@f:9 2", "a@g:2 4");
        Assert.Equal("all 7 0\n a 7 4\n  b 3 3\n", Show(CallTree.Of(profile, 0)));
        Assert.Equal("all 7 0\n a:2 4 4\n a:2 2 0\n  b:9 2 2\n a:1 1 0\n  b:9 1 1\n", Show(CallTree.Of(profile, 0, new() { Granularity = FrameGranularity.FunctionLine })));
    }

    [Fact]
    public void Of_SamplesInAnotherOrder_GivesTheSameTree()
    {
        string[] lines = ["a;b 4", "a;c 4", "d 4", "b;c;d 4", "b;c;a 4"];
        Assert.Equal(Show(CallTree.Of(ViewProfiles.Of(lines), 0)), Show(CallTree.Of(ViewProfiles.Of([.. lines.Reverse()]), 0)));
    }

    [Fact]
    public void Diff_TwoProfiles_HasBothValuesAtEveryNode() =>
        Assert.Equal("all 8 0 [9 0]\n a 8 1 [5 1]\n  b 4 4 [4 4]\n  new 3 3 [0 0]\n gone 0 0 [4 4]\n",
            Show(CallTree.Diff(ViewProfiles.Of("a;b 4", "a 1", "gone 4"), ViewProfiles.Of("a;b 4", "a 1", "a;new 3"), [0])));

    [Fact]
    public void Diff_Normalized_ComparesShares()
    {
        var tree = CallTree.Diff(ViewProfiles.Of("a 10", "b 10"), ViewProfiles.Of("a 150", "b 50"), [0], new() { Normalize = true });
        Assert.Equal("all 200 0 [200 0]\n a 150 150 [100 100]\n b 50 50 [100 100]\n", Show(tree));
    }

    [Fact]
    public void Diff_BaseWithoutTheType_SaysWhichItHas()
    {
        var error = Assert.Throws<ArgumentException>(() => CallTree.Diff(ViewProfiles.Service(), ViewProfiles.Of([new("inuse_space", "bytes")], "a 1"), [0]));
        Assert.Contains("inuse_space/bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("cpu/nanoseconds", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NegativeValues_BecomeTheBaseOfADifference() =>
        Assert.Equal("all 5 0 [7 0]\n a 5 5 [3 3]\n b 0 0 [4 4]\n", Show(CallTree.Of(ViewProfiles.Of("a 5", "a -3", "b -4"), 0)));

    [Fact]
    public void Of_SumsBeyond63Bits_StayAtTheLargestNumber()
    {
        var tree = CallTree.Of(ViewProfiles.Of("a;b 9223372036854775807", "a;c 9223372036854775807", "d -9223372036854775808"), 0);
        Assert.Equal(long.MaxValue, tree.Total()[0]);
        Assert.Equal(long.MaxValue, tree.BaseTotal()[0]);
    }

    [Fact]
    public void Of_StackDeeperThanAllowed_EndsInAFrameThatSaysSo()
    {
        var tree = CallTree.Of(ViewProfiles.Of("a;b;c;d;e 3", "a;b 1"), 0, new() { MaxDepth = 3 });
        Assert.Equal("all 4 0\n a 4 0\n  b 4 1\n   (deeper frames left out) 3 3\n", Show(tree));
        Assert.Equal(1, tree.CutStacks);
    }

    [Fact]
    public void Of_MoreNodesThanAllowed_KeepsTheValuesAndCountsTheCuts()
    {
        var tree = CallTree.Of(ViewProfiles.Of("a;b 1", "a;c 2", "a;d;e 4"), 0, new() { MaxNodes = 2 });
        Assert.Equal("all 7 0\n a 7 6\n  b 1 1\n", Show(tree));
        Assert.Equal(2, tree.CutStacks);
    }

    [Fact]
    public void Of_StackOf60000Frames_NeedsNoThreadStack()
    {
        var tree = CallTree.Of(ViewProfiles.Of(string.Join(';', Enumerable.Range(0, 60_000).Select(i => $"f{i}")) + " 1"), 0, new() { MaxDepth = 65_536 });
        Assert.Equal(60_001, tree.NodeCount);
        Assert.Equal(1, tree.Self()[^1]);
    }

    [Fact]
    public void Of_ProfileWithoutSamples_IsARoot() => Assert.Equal("all 0 0\n", Show(CallTree.Of(ViewProfiles.Of(), 0)));

    [Fact]
    public void Of_EmptyStacks_CountAtTheRoot() => Assert.Equal("all 3 2\n a 1 1\n", Show(CallTree.Of(ViewProfiles.Of("2", "a 1"), 0)));

    [Fact]
    public void Of_TypeThatDoesNotExist_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => CallTree.Of(ViewProfiles.Of("a 1"), 1));

    [Fact]
    public void Of_AnyStacks_IsAPreorderTreeWhoseTotalsAddUp() => Stacks.ForAny(stacks =>
    {
        foreach (var inverted in (bool[])[false, true])
        {
            var tree = CallTree.Of(ViewProfiles.Of([.. stacks]), 0, new() { Inverted = inverted });
            for (var node = 1; node < tree.NodeCount; node++)
            {
                Assert.InRange(tree.Parents[node], 0, node - 1);
                Assert.InRange(tree.Ends[node], node + 1, tree.Ends[tree.Parents[node]]);
            }
            for (var node = 0; node < tree.NodeCount; node++)
            {
                var sum = tree.Self()[node];
                var last = long.MaxValue;
                for (var child = node + 1; child < tree.Ends[node]; child = tree.Ends[child])
                {
                    Assert.Equal(node, tree.Parents[child]);
                    Assert.True(tree.Total()[child] <= last, "siblings are not ordered");
                    last = tree.Total()[child];
                    sum += last;
                }
                Assert.Equal(sum, tree.Total()[node]);
            }
            Assert.Equal(stacks.Sum(stack => long.Parse(stack[(stack.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)), tree.Total()[0]);
        }
    });
}
