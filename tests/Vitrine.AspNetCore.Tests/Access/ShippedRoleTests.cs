using Vitrine.DotNet;
using Vitrine.Guard.Policy;
using Vitrine.Instruments;

namespace Vitrine.AspNetCore.Tests.Access;

public sealed class ShippedRoleTests
{
    // The roles name what they may see, so an instrument that is new is closed to them until somebody decides: here, and in docs/guard/policy.md.
    [Fact]
    public void Devops_EveryInstrumentOfAService_IsSeenUnlessItShowsData()
    {
        var devops = PolicyTable.Create(new()).Sum(["devops"]);

        var closed = DotNetInstruments.AddTo(new InstrumentRegistry()).All.Select(instrument => instrument.Name).Where(name => !devops.Allows(Permission.Of("pprof", "read", name), "self"));

        Assert.Equal(["trace"], closed);
    }
}
