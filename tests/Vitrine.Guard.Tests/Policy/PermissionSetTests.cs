using Vitrine.Guard.Policy;

namespace Vitrine.Guard.Tests.Policy;

public sealed class PermissionSetTests
{
    [Theory]
    [InlineData("pprof:read:*", "heap", true)]
    [InlineData("pprof:read:heap", "heap", true)]
    [InlineData("pprof:read:heap", "cpu", false)]
    [InlineData("pprof:raw:*", "heap", false)]
    [InlineData("*", "heap", false)]
    public void Allows_APermission_CoversItsOwnAreaOnly(string granted, string instrument, bool isAllowed) =>
        Assert.Equal(isAllowed, new PermissionSet([granted]).Allows(Permission.Of("pprof", "read", instrument)));
}
