using Vitrine.Agent.Live;
using Vitrine.Agent.Show;
using Vitrine.Insight.Leaks;

namespace Vitrine.Agent.Tests.Live;

public sealed class TopScreenTests
{
    static TopGroup Group(string name, int count, int change, string state = "chan receive") => new(
        new GroupKey(new CodeSite($"main.start{name}", $"/src/{name}.go", 5), new CodeSite($"main.{name}", $"/src/{name}.go", 9), state),
        count, change, change, null, [$"main.{name}  /src/{name}.go:9", "main.outermost  /src/main.go:1"]);

    static TopScreen Shown(params TopGroup[] groups)
    {
        var screen = new TopScreen("checkout (pid 1)");
        screen.Show(Sample(groups));
        return screen;
    }

    static TopSample Sample(TopGroup[] groups) => new(
        DateTimeOffset.UnixEpoch, TimeSpan.FromMilliseconds(2), groups.Sum(group => group.Count), 0,
        groups.GroupBy(group => group.Key.State).ToDictionary(state => state.Key, state => state.Sum(group => group.Count)), "1.0 MiB", "4.0 MiB", "1 of 2 P busy, 0 runnable", groups);

    static void Press(TopScreen screen, string keys)
    {
        foreach (var key in keys)
        {
            screen.Press(key switch
            {
                '↓' => new ConsoleKeyInfo('\0', ConsoleKey.DownArrow, false, false, false),
                '⏎' => new ConsoleKeyInfo('\r', ConsoleKey.Enter, false, false, false),
                '⎋' => new ConsoleKeyInfo('\e', ConsoleKey.Escape, false, false, false),
                _ => new ConsoleKeyInfo(key, ConsoleKey.None, false, false, false),
            });
        }
    }

    static string[] Rows(TopScreen screen) => [.. screen.Draw(160, 30, Style.None).Where(line => line.Contains("main.", StringComparison.Ordinal))];

    [Fact]
    public void Draw_SortedByCount_HasTheBiggestFirst()
    {
        var rows = Rows(Shown(Group("small", 3, 9), Group("big", 500, 1)));
        Assert.Contains("main.big:9", rows[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Press_S_SortsByChange()
    {
        var screen = Shown(Group("small", 3, 9), Group("big", 500, 1));
        Press(screen, "s");
        Assert.Contains("main.small:9", Rows(screen)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Press_SlashAndText_FiltersWhileTypingAndEscapeClearsIt()
    {
        var screen = Shown(Group("alpha", 3, 0), Group("beta", 5, 0));
        Press(screen, "/alp");
        Assert.Single(Rows(screen));
        Press(screen, "⎋");
        Assert.Equal(2, Rows(screen).Length);
    }

    [Fact]
    public void Press_EnterOnTheSecondLine_OpensItsStack()
    {
        var screen = Shown(Group("alpha", 3, 0), Group("beta", 5, 0));
        Press(screen, "↓⏎");
        var lines = screen.Draw(160, 30, Style.None).ToList();
        var selected = lines.FindIndex(line => line.StartsWith('▸'));
        Assert.Contains("main.alpha:9", lines[selected], StringComparison.Ordinal);
        Assert.Contains("main.outermost", lines[selected + 2], StringComparison.Ordinal);
    }

    [Fact]
    public void Press_Space_HoldsThePicture()
    {
        var screen = Shown(Group("alpha", 3, 0));
        Press(screen, " ");
        screen.Show(Sample([Group("gamma", 9, 0)]));
        Assert.Contains("main.alpha", Rows(screen)[0], StringComparison.Ordinal);
        Press(screen, " ");
        screen.Show(Sample([Group("gamma", 9, 0)]));
        Assert.Contains("main.gamma", Rows(screen)[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, 8)]
    [InlineData(80, 24)]
    [InlineData(300, 100)]
    public void Draw_AnySize_FitsTheTerminal(int width, int height)
    {
        var screen = Shown([.. Enumerable.Range(0, 200).Select(i => Group($"g{i}", i + 1, 0))]);
        Press(screen, "⏎");
        var lines = screen.Draw(width, height, Style.None);
        Assert.Equal(height, lines.Count);
        Assert.All(lines, line => Assert.True(line.Length <= width, line));
    }

    [Fact]
    public void Draw_HostileNames_ReachTheTerminalHarmless()
    {
        var screen = Shown(Group("evil\e]0;owned\a\e[2J", 3, 0));
        Press(screen, "⏎");
        Assert.All(screen.Draw(160, 30, Style.None), line => Assert.DoesNotContain('\e', line));
    }

    [Fact]
    public void Press_Q_EndsIt()
    {
        var screen = Shown(Group("alpha", 3, 0));
        Press(screen, "q");
        Assert.True(screen.Done);
    }
}
