using Vitrine.Agent.Recorder;
using Vitrine.Go;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Recorder;

public sealed class LeakSourceTests
{
    [Fact]
    public async Task Run_ServiceThatLeaks_FiresOnceForTheLeak()
    {
        using var service = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty"));
        var trigger = RecorderTrigger.Parse("leak");
        using var source = new LeakSource(GoTarget.Attach(LinuxProcess.Open(service.Pid)), trigger, TimeSpan.FromMilliseconds(300));
        var recorder = new FlightRecorder(new RecorderOptions { Triggers = [trigger], Folder = "unused", Cooldown = TimeSpan.Zero }, TimeProvider.System);
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        var running = source.Run(recorder, enough.Token);
        var fired = await recorder.Due.ReadAsync(enough.Token);
        await enough.CancelAsync();
        await running;

        Assert.Equal("leak", fired.Trigger.Name);
        Assert.Contains("main.fetchQuote", string.Join('\n', recorder.Events.Snapshot().Events), StringComparison.Ordinal);
    }
}
