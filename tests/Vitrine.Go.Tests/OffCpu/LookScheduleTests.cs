using Vitrine.Go.OffCpu;

namespace Vitrine.Go.Tests.OffCpu;

public sealed class LookScheduleTests
{
    static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(1, 0), InlineData(30, 0), InlineData(5, 700), InlineData(1, 20_000)]
    public void Looked_HoweverSlowAndLate_WeightsAddUpToTheWindow(int tookMs, int lateMs)
    {
        var schedule = new LookSchedule(Window, 20, 0.1, new Random(7));
        var covered = TimeSpan.Zero;
        var looks = 0;
        for (; !schedule.IsOver; looks++)
            covered += schedule.Looked(schedule.Next() + TimeSpan.FromMilliseconds(lateMs), TimeSpan.FromMilliseconds(tookMs));

        Assert.Equal(Window, covered);
        Assert.Equal(Window, schedule.Covered);
        Assert.InRange(looks, 1, 200);
    }

    [Fact]
    public void Next_LooksTakeLong_KeepsToTheShare()
    {
        var schedule = new LookSchedule(TimeSpan.FromSeconds(60), 20, 0.1, new Random(7));
        var looks = 0;
        for (; !schedule.IsOver; looks++) schedule.Looked(schedule.Next(), TimeSpan.FromMilliseconds(100));

        // 100 ms a look and a tenth of one core: one look a second.
        Assert.InRange(looks, 58, 68);
    }

    [Fact]
    public void Next_OneSlowLook_ReturnsToTheRate()
    {
        var schedule = new LookSchedule(TimeSpan.FromSeconds(60), 20, 0.1, new Random(7));
        schedule.Looked(schedule.Next(), TimeSpan.FromMilliseconds(200));
        var looks = 1;
        for (; !schedule.IsOver; looks++) schedule.Looked(schedule.Next(), TimeSpan.FromMilliseconds(1));

        Assert.InRange(looks, 1100, 1200);
    }
}
