using Vitrine.Go.Goroutines;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Goroutines;

/// <summary>The target ends or becomes another program while it is looked at.</summary>
public sealed class TargetGoneTests
{
    private static GoFixture Fixture => GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped);

    [Fact]
    public void ReadGoroutines_TargetEnded_SaysSo()
    {
        using TruthTarget truth = TruthTarget.Start(Fixture);
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
        target.ReadGoroutines();
        truth.Kill();
        Assert.Throws<TargetGoneException>(() => target.ReadGoroutines());
    }

    [Fact]
    public void ReadGoroutines_TargetKilledInTheMiddle_SaysSo()
    {
        using TruthTarget truth = TruthTarget.Start(Fixture);
        truth.Ask("goroutines 20000");
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
        GoroutineDump dump = target.ReadGoroutines();
        using ManualResetEventSlim reading = new();
        Thread killer = new(() =>
        {
            reading.Wait();
            truth.Kill();
        });
        killer.Start();
        Exception? thrown = null;
        for (int attempt = 0; attempt < 100_000 && thrown is null; attempt++)
        {
            reading.Set();
            thrown = Record.Exception(() => dump = target.ReadGoroutines());
        }
        killer.Join();
        Assert.IsType<TargetGoneException>(thrown);
        // Everything that was handed out before was whole.
        Assert.True(dump.Count >= 20_000);
    }

    [Fact]
    public void ReadGoroutines_TargetCalledExecve_SaysSo()
    {
        using TruthTarget truth = TruthTarget.Start(Fixture);
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
        target.ReadGoroutines();
        // The same program at the same addresses, same pid, same start time: only the address space is another one.
        truth.Ask("exec");
        truth.AwaitReady();
        Assert.Throws<TargetGoneException>(() => target.ReadGoroutines());

        using GoTarget again = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
        Assert.True(again.ReadGoroutines().Count > 0);
    }
}
