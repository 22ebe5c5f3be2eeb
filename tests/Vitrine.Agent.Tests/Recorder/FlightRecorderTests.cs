using Vitrine.Agent.Recorder;

namespace Vitrine.Agent.Tests.Recorder;

public sealed class FlightRecorderTests
{
    static readonly RecorderTrigger Panic = RecorderTrigger.Parse("panic");

    readonly Clock clock = new();

    [Fact]
    public void Fire_WithinTheCooldown_IsCountedAndMakesNoRecording()
    {
        var recorder = Recorder(cooldown: TimeSpan.FromSeconds(60), most: 10);
        foreach (var seconds in (int[])[0, 30, 59, 60, 70, 121])
        {
            clock.Now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(seconds);
            recorder.Fire(Panic, $"at {seconds}");
        }

        Assert.Equal(["at 0", "at 60", "at 121"], Due(recorder).Select(static fired => fired.Because));
        Assert.Equal(3, recorder.Suppressed["panic"]);
    }

    [Fact]
    public void Fire_AfterTheLastRecording_MakesNoMore()
    {
        var recorder = Recorder(cooldown: TimeSpan.Zero, most: 2);
        for (var i = 0; i < 5; i++)
            recorder.Fire(Panic, "again");

        Assert.Equal(2, Due(recorder).Count);
        Assert.Equal(3, recorder.Suppressed["panic"]);
    }

    [Theory]
    [InlineData("panic", "panic", 0)]
    [InlineData("crash", "crash", 0)]
    [InlineData("leak", "leak", 0)]
    [InlineData("gc-pause", "gc-pause", 5)]
    [InlineData("gc-pause>20ms", "gc-pause", 20)]
    [InlineData("gc-pause > 1ms", "gc-pause", 1)]
    [InlineData("slow-request", "slow-request", 200)]
    [InlineData("slow-request>1s", "slow-request", 1000)]
    public void Parse_Trigger_HasNameAndLimit(string text, string name, int milliseconds)
    {
        var trigger = RecorderTrigger.Parse(text);

        Assert.Equal((name, TimeSpan.FromMilliseconds(milliseconds)), (trigger.Name, trigger.Above));
    }

    [Theory]
    [InlineData("")]
    [InlineData("panics")]
    [InlineData("panic>5ms")]
    [InlineData("gc-pause>")]
    [InlineData("gc-pause>soon")]
    public void Parse_WhatIsNoTrigger_IsRefused(string text) => Assert.Throws<UsageException>(() => RecorderTrigger.Parse(text));

    [Fact]
    public void ParseAll_CommasDivideTriggers() =>
        Assert.Equal([TriggerKind.Panic, TriggerKind.GcPause, TriggerKind.Leak], RecorderTrigger.ParseAll("panic, gc-pause>5ms,leak").Select(one => one.Kind));

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("panic,nonsense")]
    public void ParseAll_WhatIsNoTrigger_IsRefused(string text) => Assert.Throws<UsageException>(() => RecorderTrigger.ParseAll(text).ToList());

    FlightRecorder Recorder(TimeSpan cooldown, int most) => new(new RecorderOptions { Triggers = [Panic], Folder = "unused", Cooldown = cooldown, MaxRecordings = most }, clock);

    static List<FiredTrigger> Due(FlightRecorder recorder)
    {
        var due = new List<FiredTrigger>();
        while (recorder.Due.TryRead(out var fired))
            due.Add(fired);
        return due;
    }
}
