using Vitrine.Go.Probes.Calibration;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes;

public sealed class TrapCostTests
{
    [Fact]
    public void An_emulated_instruction_costs_less_than_one_that_is_executed_step_by_step()
    {
        Prerequisite.Probes();
        TrapCost cost = TrapCost.OfThisMachine;
        TestContext.Current.SendDiagnosticMessage($"emulated {cost.EmulatedNs:0} ns, single-stepped {cost.SingleSteppedNs:0} ns");
        Assert.InRange(cost.EmulatedNs, 10, 100_000);
        Assert.True(cost.SingleSteppedNs > cost.EmulatedNs, $"emulated {cost.EmulatedNs} ns, single-stepped {cost.SingleSteppedNs} ns");
    }
}
