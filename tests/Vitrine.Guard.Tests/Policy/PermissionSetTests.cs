using Vitrine.Guard.Policy;
using Vitrine.TestTargets;

namespace Vitrine.Guard.Tests.Policy;

public sealed class PermissionSetTests
{
    static readonly Permission s_heap = Permission.Of("pprof", "read", "heap");

    [Theory]
    [InlineData("pprof:read:*", "heap", true)]
    [InlineData("pprof:read:heap", "heap", true)]
    [InlineData("pprof:read:heap", "cpu", false)]
    [InlineData("pprof:raw:*", "heap", false)]
    [InlineData("*", "heap", false)]
    public void Allows_APermission_CoversItsOwnAreaOnly(string granted, string instrument, bool isAllowed) =>
        Assert.Equal(isAllowed, new PermissionSet([granted]).Allows(Permission.Of("pprof", "read", instrument), "self"));

    [Theory]
    [InlineData("shop", true, "pprof:read:heap@shop")]
    [InlineData("cart", false, "pprof:read:heap@shop")]
    [InlineData("shop", true, "pprof:read:*@shop")]
    [InlineData("cart", false, "pprof:read:*@shop")]
    [InlineData("cart", true, "pprof:read:heap@shop", "pprof:read:heap@cart")]
    [InlineData("cart", true, "pprof:read:heap@shop", "pprof:read:*@cart")]
    [InlineData("cart", true, "pprof:read:heap@shop", "pprof:read:heap")]
    [InlineData("cart", true, "pprof:read:*", "pprof:read:heap@shop")]
    [InlineData("cart", false, "pprof:read:cpu", "pprof:read:heap@shop")]
    [InlineData("Shop", false, "pprof:read:heap@shop")]
    [InlineData("", false, "pprof:read:heap@shop")]
    [InlineData(LookRequest.NoService, false, "pprof:read:*@shop")]
    [InlineData(LookRequest.NoService, true, "pprof:read:*")]
    [InlineData(LookRequest.AnyService, true, "pprof:read:heap@shop")]
    [InlineData(LookRequest.AnyService, false, "pprof:read:cpu@shop")]
    public void Allows_APermissionForServices_HoldsThere(string service, bool isAllowed, params string[] granted) =>
        Assert.Equal(isAllowed, new PermissionSet(granted).Allows(s_heap, service));

    [Fact]
    public void All_OfPermissions_AreThoseThatCount() =>
        Assert.Equal(["metrics:read:*", "pprof:read:heap@cart", "pprof:read:heap@shop"], new PermissionSet(["pprof:read:heap@shop", "metrics:read:*@shop", "metrics:read:*", "pprof:read:heap@cart", "pprof:read:heap@shop"]).All);

    [Fact]
    public void Allows_AnyQuestion_AllocatesNothing()
    {
        var set = new PermissionSet(["pprof:read:heap@shop", "pprof:read:*@cart", "metrics:read:*"]);

        Assert.Equal(0, AllocatedBytes.Of(() => Assert.True(set.Allows(s_heap, "shop") && set.Allows(s_heap, "cart") && !set.Allows(s_heap, "till") && !set.Allows(s_heap, LookRequest.NoService) && set.Allows(s_heap, LookRequest.AnyService))));
    }
}
