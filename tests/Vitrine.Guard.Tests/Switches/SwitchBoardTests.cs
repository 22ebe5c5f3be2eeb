using System.Diagnostics;
using Vitrine.Guard.Switches;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Switches;

public sealed class SwitchBoardTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly ManualTime _time = new();
    readonly List<SwitchChange> _changes = [];
    readonly List<string> _warnings = [];
    bool _canRecord = true;
    int _changed;

    public void Dispose() => _folder.Dispose();

    SwitchBoard Board(SwitchOptions? options = null) => new(options ?? new() { Environment = "" }, _time, change =>
    {
        _changes.Add(change);
        return _canRecord;
    }, _warnings.Add, () => _changed++);

    [Theory]
    [InlineData("", "heap", true)]
    [InlineData("pprof_heap=0", "heap", false)]
    [InlineData("heap=off", "heap", false)]
    [InlineData("pprof_heap=0,pprof_heap=1", "heap", true)]
    [InlineData("pprof_heap=1,,pprof_heap=0", "heap", false)]
    [InlineData(" pprof_trace = 0 , pprof_heap=1", "trace", false)]
    [InlineData("default=0,pprof_heap=1", "heap", true)]
    [InlineData("default=0,pprof_heap=1", "cpu", false)]
    [InlineData("all=0,pprof_heap=1", "heap", false)]
    [InlineData("pprof_heap=2", "heap", true)]
    public void IsOn_ByTheEnvironment_IsReadAsGodebug(string environment, string name, bool isOn)
    {
        using var board = Board(new() { Environment = environment });

        Assert.Equal(isOn, board.IsOn(name));
    }

    [Theory]
    [InlineData("pprof_heap", "\"pprof_heap\" is not understood")]
    [InlineData("pprof_heap=", "\"pprof_heap=\" is not understood")]
    [InlineData("=1", "\"=1\" is not understood")]
    [InlineData("pprof_=1", "\"pprof_=1\" is not understood")]
    [InlineData("he ap=1", "\"he ap=1\" is not understood")]
    [InlineData("pprof_haep=0", "there is no instrument haep")]
    public void Problems_OfWhatIsNotUnderstood_AreSaid(string environment, string problem)
    {
        using var board = Board(new() { Environment = environment });
        board.Know(["heap", "cpu"]);

        Assert.Contains(problem, Assert.Single(board.Problems), StringComparison.Ordinal);
        Assert.Contains(_warnings, warning => warning.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Problems_OfAVeryLongEnvironment_AreBounded()
    {
        using var board = Board(new() { Environment = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"n{i}=0")) });

        Assert.Contains("more than 1000 settings", Assert.Single(board.Problems), StringComparison.Ordinal);
        Assert.False(board.IsOn("n999"));
        Assert.True(board.IsOn("n1000"));
    }

    [Fact]
    public void Of_SaidBySeveral_IsByTheStrongest()
    {
        var file = _folder.Write("switches.json", """{ "heap": true, "cpu": false }""");
        using var board = Board(new() { Default = false, States = { ["heap"] = false, ["trace"] = true, ["mutex"] = true }, Environment = "heap=0,mutex=0", File = file });

        board.Set("cpu", true, "alice");

        Assert.Equal((true, SwitchSource.File), (board.Of("heap").IsOn, board.Of("heap").Source));
        Assert.Equal((true, SwitchSource.Request, "alice"), (board.Of("cpu").IsOn, board.Of("cpu").Source, board.Of("cpu").By));
        Assert.Equal((true, SwitchSource.Configuration), (board.Of("trace").IsOn, board.Of("trace").Source));
        Assert.Equal((false, SwitchSource.Environment), (board.Of("mutex").IsOn, board.Of("mutex").Source));
        Assert.Equal((false, SwitchSource.Default), (board.Of("block").IsOn, board.Of("block").Source));
    }

    [Fact]
    public void Of_AllOffInTheFile_CannotBeUndoneByARequest()
    {
        var file = _folder.Write("switches.json", """{ "all": false }""");
        using var board = Board(new() { Environment = "", File = file });

        Assert.Null(board.Set("all", true, "alice"));
        Assert.Null(board.Set("heap", true, "alice"));

        Assert.False(board.IsOn("heap"));
        Assert.Equal(SwitchSource.File, board.Of("all").Source);
    }

    [Fact]
    public void Reload_AChangedFile_TakesEffectWithThePollAndIsRecorded()
    {
        var file = _folder.Write("switches.json", """{ "heap": true }""");
        using var board = Board(new() { Environment = "", File = file });

        _folder.Write("switches.json", """{ /* sale */ "heap": { "on": false, "by": "alice", "reason": "sale" }, }""");
        Assert.True(board.IsOn("heap"));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.False(board.IsOn("heap"));
        var change = Assert.Single(_changes);
        Assert.Equal((true, false, SwitchSource.File, "alice", "sale"), (change.Before.IsOn, change.After.IsOn, change.After.Source, change.After.By, change.After.Reason));
        Assert.Equal(_time.GetUtcNow(), change.After.Since);
        Assert.Equal(1, _changed);
    }

    [Theory]
    [InlineData("{", "it is not JSON")]
    [InlineData("[]", "it is not an object")]
    [InlineData("""{ "heap": 1 }""", "heap is not true, false or an object")]
    [InlineData("""{ "heap": { "off": true } }""", "heap: the member off is not understood")]
    [InlineData("""{ "heap": { "on": true, "until": "soon" } }""", "heap: the member until is not understood, or has a wrong value")]
    [InlineData("""{ "heap": { "by": "alice" } }""", "heap is not true, false or an object")]
    [InlineData("""{ "he ap": true }""", "he ap is not a name of a switch")]
    [InlineData("""{ "heap": true, "pprof_heap": false }""", "heap is there twice")]
    [InlineData("""{ "heap": true, "heap": false }""", "it is not JSON")]
    [InlineData("""{ "heap": {"on": {"on": {"on": {"on": true}}}}}""", "it is not JSON")]
    public void Reload_ABrokenFile_KeepsTheOldStateAndSaysSo(string text, string problem)
    {
        var file = _folder.Write("switches.json", """{ "cpu": false }""");
        using var board = Board(new() { Environment = "", File = file });

        _folder.Write("switches.json", text);
        board.Reload();
        board.Reload();

        Assert.False(board.IsOn("cpu"));
        Assert.True(board.IsOn("heap"));
        Assert.Contains(problem, Assert.Single(board.Problems), StringComparison.Ordinal);
        Assert.Single(_warnings);
        Assert.Empty(_changes);

        _folder.Write("switches.json", """{ "heap": false }""");
        board.Reload();
        Assert.Empty(board.Problems);
        Assert.True(board.IsOn("cpu"));
        Assert.False(board.IsOn("heap"));
    }

    [Fact]
    public void Reload_AFileThatIsTooLargeOrGone_KeepsTheOldState()
    {
        var file = _folder.Write("switches.json", """{ "cpu": false }""");
        using var board = Board(new() { Environment = "", File = file });

        _folder.Write("switches.json", new string(' ', 70_000) + "{}");
        board.Reload();
        Assert.Contains("more than 65536 bytes", Assert.Single(board.Problems), StringComparison.Ordinal);
        File.Delete(file);
        board.Reload();
        Assert.Contains("not there any more", Assert.Single(board.Problems), StringComparison.Ordinal);
        Assert.False(board.IsOn("cpu"));

        _folder.Write("switches.json", """{ "cpu": false }""");
        board.Reload();
        Assert.Empty(board.Problems);
    }

    [Fact]
    public void Reload_WhileTheKillFileIsThere_EverythingIsOff()
    {
        using var board = Board(new() { Environment = "heap=1", KillFile = _folder["stop"] });

        _folder.Write("stop", "");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(board.Set("all", true, "alice"));
        Assert.False(board.IsOn("heap"));
        Assert.Equal(SwitchSource.KillFile, board.Of("all").Source);

        File.Delete(_folder["stop"]);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(board.IsOn("heap"));
    }

    [Fact]
    public void Reload_BySighup_IsAtOnce()
    {
        var file = _folder.Write("switches.json", """{ "heap": true }""");
        using var board = Board(new() { Environment = "", File = file });
        _folder.Write("switches.json", """{ "heap": false }""");

        // This process itself; without the handler it would end here.
        using (var kill = Process.Start("kill", ["-HUP", $"{Environment.ProcessId}"])) kill.WaitForExit();

        Assert.True(SpinWait.SpinUntil(() => !board.IsOn("heap"), TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Set_WithAnEnd_HoldsUntilThen()
    {
        using var board = Board();
        board.Set("heap", false, "alice", _time.GetUtcNow().AddMinutes(5), "short");

        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.False(board.IsOn("heap"));
        _time.Advance(TimeSpan.FromMilliseconds(2));

        Assert.Equal(2, _changed);
        Assert.True(board.IsOn("heap"));
        Assert.Equal((false, true, true), (_changes[^1].Before.IsOn, _changes[^1].After.IsOn, _changes[^1].HasExpired));
        Assert.Equal(0, _time.Waiting);
    }

    [Fact]
    public void Set_WithAnEndLongAhead_StillEnds()
    {
        using var board = Board();
        board.Set("heap", false, "alice", _time.GetUtcNow().AddDays(400));

        _time.Advance(TimeSpan.FromDays(399));
        Assert.False(board.IsOn("heap"));
        _time.Advance(TimeSpan.FromDays(1.1));
        Assert.True(board.IsOn("heap"));
    }

    [Fact]
    public void Set_ThatCannotBeRecorded_StopsAndDoesNotStart()
    {
        using var board = Board(new() { Environment = "cpu=0" });
        _canRecord = false;

        Assert.Equal(RefusalKind.Unavailable, board.Set("cpu", true, "alice")!.Kind);
        Assert.Null(board.Set("heap", false, "alice"));
        Assert.Null(board.Set("all", false, "alice"));
        Assert.Equal(RefusalKind.Unavailable, board.Set("all", null, "alice")!.Kind);

        Assert.False(board.Of("cpu").IsOn);
        Assert.False(board.Of("heap").IsOn);
        Assert.False(board.Of("all").IsOn);
    }

    [Fact]
    public void Set_TakenBack_IsAsItWas()
    {
        using var board = Board(new() { Environment = "heap=0" });
        board.Set("heap", true, "alice");

        Assert.Null(board.Set("heap", null, "alice"));

        Assert.Equal((false, SwitchSource.Environment), (board.Of("heap").IsOn, board.Of("heap").Source));
    }

    [Fact]
    public void Set_NamesWithoutEnd_AreBounded()
    {
        using var board = Board();
        for (var i = 0; i < 1000; i++) Assert.Null(board.Set($"n{i}", false, "alice"));

        Assert.Equal(RefusalKind.TooMany, board.Set("one-more", false, "alice")!.Kind);
        Assert.Null(board.Set("n5", true, "alice"));
        Assert.Throws<ArgumentException>(() => board.Set("a b", false, "alice"));
        Assert.Throws<ArgumentException>(() => board.Set(new string('a', 65), false, "alice"));
    }

    [Fact]
    public void States_OfKnownNames_AreAllThere()
    {
        using var board = Board(new() { Environment = "trace=0" });
        board.Know(["heap", "cpu", "trace"]);

        Assert.Equal(["all", "default", "cpu", "heap", "trace"], board.States.Select(state => state.Name));
        Assert.True(board.IsKnown("heap"));
        Assert.False(board.IsKnown("haep"));
    }

    [Fact]
    public void Apply_OtherOptions_KeepsWhatRequestsSaid()
    {
        using var board = Board(new() { Environment = "", States = { ["heap"] = false } });
        board.Set("cpu", false, "alice");

        board.Apply(new() { Environment = "" });

        Assert.True(board.IsOn("heap"));
        Assert.False(board.IsOn("cpu"));
    }
}
