using Vitrine.DotNet.Outside;
using Vitrine.Linux.Memory;

namespace Vitrine.DotNet.Tests.Outside;

/// <summary>What a process may take of the viewer's memory: all of its items together.</summary>
public class LimitsTests
{
    [Fact]
    public void Add_SamplesThatNobodyUnwinds_AreLimitedInBytes()
    {
        const int most = 1 << 20, record = 17 << 10;
        var stacks = new CpuStacks(null!, null!, null!, new(), most);

        for (var i = 0; i < 1000; i++)
            stacks.Add(new byte[record]);

        Assert.InRange(stacks.WaitingBytes, most, most + (64 << 10));
        Assert.InRange(stacks.LeftOut, 1000 - (most / record) - 1, 999);
    }

    [Fact]
    public void TryTake_MoreThanIsLeft_TakesNothing()
    {
        var budget = new ByteBudget(100);

        Assert.True(budget.TryTake(60));
        Assert.False(budget.TryTake(41));
        Assert.Equal(40, budget.Left);
        budget.Return(60);
        Assert.True(budget.TryTake(100));
        Assert.False(budget.TryTake(1));
    }
}
