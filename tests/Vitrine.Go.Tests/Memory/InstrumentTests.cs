using Vitrine.Go.Memory;
using Vitrine.Go.Profiles;
using Vitrine.Go.Scheduler;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Memory;

/// <summary>The instruments give the readers' figures the common form, and refuse what is no Go process.</summary>
public sealed class InstrumentTests
{
    [Fact]
    public void Collect_MemStatsAndScheduler_GiveEveryFigureItsNameAndUnit()
    {
        using TruthTarget target = TruthTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped), new TruthOptions { MaxProcs = 2 });
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));

        foreach (IMeasurementInstrument instrument in new IMeasurementInstrument[] { new MemStatsInstrument(), new SchedulerInstrument() })
        {
            Assert.True(instrument.AvailableFor(go).CanLook);
            Assert.Equal(Disturbance.Reads, instrument.Disturbance);
            IReadOnlyList<Measurement> measurements = instrument.Collect(go, CancellationToken.None).Result;
            Assert.All(measurements, m => Assert.True(m.Value.IsKnown, $"{m.Name}: {m.Value.Reason}"));
            Assert.All(measurements, m => Assert.NotEmpty(m.Unit));
            Assert.Equal(measurements.Count, measurements.DistinctBy(m => (m.Name, string.Join(',', m.Attributes))).Count());
        }
    }

    [Fact]
    public void Collect_TargetThatEnded_SaysSo()
    {
        using TruthTarget target = TruthTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped));
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));
        MemStatsReader.Read(go);
        target.Kill();

        Assert.Throws<TargetGoneException>(() => MemStatsReader.Read(go));
        Assert.Throws<TargetGoneException>(() => SchedulerReader.Read(go));
        Assert.Throws<TargetGoneException>(() => BucketProfiles.Collect(go, BucketProfileKind.Heap, cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void AvailableFor_AnotherRuntime_IsNo()
    {
        var other = new OtherTarget();
        foreach (IInstrument instrument in new IInstrument[]
        {
            new MemStatsInstrument(), new SchedulerInstrument(), new BucketProfileInstrument(BucketProfileKind.Heap), new BucketProfileInstrument(BucketProfileKind.Mutex),
        })
        {
            Assert.False(instrument.AvailableFor(other).CanLook);
            Assert.NotEmpty(instrument.AvailableFor(other).Reason);
        }
    }

    sealed class OtherTarget : ITarget
    {
        public int Pid => 1;

        public RuntimeKind Runtime => RuntimeKind.DotNet;

        public string RuntimeVersion => "10.0.0";

        public string Name => "other";
    }
}
