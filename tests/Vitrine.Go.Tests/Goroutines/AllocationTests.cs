using Vitrine.Go.Goroutines;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Goroutines;

/// <summary>What keeps a million goroutines small: a dump costs its row and the address per goroutine, and nothing else.</summary>
[Collection(nameof(Alone))]
public sealed class AllocationTests
{
    /// <summary>A row has 96 bytes, an address 8; the rest of the dump does not grow with the number of goroutines.</summary>
    private const double BytesPerGoroutine = 120;

    [Fact]
    public void ReadGoroutines_MoreGoroutines_AllocatesOnlyTheirRows()
    {
        using TruthTarget truth = TruthTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped));
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
        truth.Ask("goroutines 10000");
        target.ReadGoroutines();
        long few = Allocated(target, out int fewCount);
        truth.Ask("goroutines 40000");
        long many = Allocated(target, out int manyCount);

        double perGoroutine = (double)(many - few) / (manyCount - fewCount);
        Assert.InRange(perGoroutine, 100, BytesPerGoroutine);
    }

    private static long Allocated(GoTarget target, out int count)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        count = target.ReadGoroutines().Count;
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
