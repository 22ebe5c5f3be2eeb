using Vitrine.Guard.Policy;

namespace Vitrine.Guard.Tests.Policy;

public sealed class PolicyTableTests
{
    [Theory]
    [InlineData("sre", "pprof", "read", "trace", true)]
    [InlineData("sre", "switch", "write", "all", true)]
    [InlineData("sre", "vars", "read", "vars", true)]
    [InlineData("devops", "pprof", "read", "heap", true)]
    [InlineData("devops", "pprof", "read", "index", true)]
    [InlineData("devops", "pprof", "read", "trace", false)]
    [InlineData("devops", "pprof", "read", "cmdline", false)]
    [InlineData("devops", "pprof", "read", "made-up", false)]
    [InlineData("devops", "switch", "read", "switches", true)]
    [InlineData("devops", "switch", "write", "heap", false)]
    [InlineData("perf", "pprof", "read", "offcpu", true)]
    [InlineData("perf", "pprof", "read", "async", false)]
    [InlineData("perf", "vars", "read", "vars", false)]
    [InlineData("perf", "metrics", "read", "metrics", true)]
    public void Create_NothingConfigured_HasTheShippedRoles(string role, string area, string action, string name, bool isAllowed) =>
        Assert.Equal(isAllowed, PolicyTable.Create(new()).Sum([role]).Allows(Permission.Of(area, action, name), "self"));

    [Fact]
    public void Create_NothingConfigured_GivesNobodyRawLooks()
    {
        Assert.All(PolicyTable.Create(new()).Roles, role =>
        {
            Assert.DoesNotContain(role.Value.All, permission => permission.Contains(":raw:", StringComparison.Ordinal));
            Assert.All(role.Value.All, permission => Assert.True(PermissionGrammar.IsPermission(permission), permission));
        });
    }

    [Fact]
    public void Create_ARoleOfTheSameName_ReplacesTheShippedOne()
    {
        var options = new PolicyOptions { Roles = { ["sre"] = ["pprof:read:heap"] } };

        Assert.Equal(["pprof:read:heap"], PolicyTable.Create(options).Sum(["sre"]).All);
    }

    [Fact]
    public void Create_WithoutShippedRoles_HasOwnerAndWhatIsWritten()
    {
        var options = new PolicyOptions { ShippedRoles = false, Roles = { ["mine"] = ["pprof:raw:*"] } };

        Assert.Equal(["mine", "owner"], PolicyTable.Create(options).Roles.Select(role => role.Key));
    }

    [Fact]
    public void Sum_RolesAndScopes_AddUp()
    {
        var sum = PolicyTable.Create(new()).Sum(["perf", "unknown"], ["pprof:read:trace", "openid", "pprof:read:h*", "pprof:*:heap", "*"]);

        Assert.True(sum.Allows(Permission.Of("pprof", "read", "trace"), "self"));
        Assert.True(sum.Allows(Permission.Of("pprof", "read", "heap"), "self"));
        Assert.False(sum.Allows(Permission.Of("pprof", "read", "cmdline"), "self"));
        Assert.Equal(PolicyTable.Create(new()).Sum(["perf"]).All.Append("pprof:read:trace").Order(StringComparer.Ordinal), sum.All);
    }

    [Fact]
    public void Sum_RolesForServices_AddUp()
    {
        var sum = PolicyTable.Create(new() { Roles = { ["shop"] = ["pprof:read:*@shop"], ["cart"] = ["pprof:read:heap@cart"] } }).Sum(["shop", "cart"], ["metrics:read:*@cart"]);

        Assert.Equal(["metrics:read:*@cart", "pprof:read:*@shop", "pprof:read:heap@cart"], sum.All);
    }

    [Fact]
    public void UnknownServices_OfPermissions_AreNamedWithTheirKeys()
    {
        var policy = new PolicyOptions { Roles = { ["a"] = ["pprof:read:*", "pprof:read:heap@shpo"], ["b"] = ["metrics:read:*@shop"] } };

        Assert.Equal(["Policy:Roles:a:1: there is no service shpo; there are cart, shop."], policy.UnknownServices(["shop", "cart"]));
        Assert.Empty(policy.UnknownServices(["shop", "shpo"]));
    }

    [Theory]
    [InlineData("r", "pprof:read", "Policy:Roles:r:0")]
    [InlineData("r", "pprof:read:h*", "Policy:Roles:r:0")]
    [InlineData("r", "pprof:write:heap", "Policy:Roles:r:0")]
    [InlineData("r", "switch:raw:heap", "Policy:Roles:r:0")]
    [InlineData("r", "*", "Policy:Roles:r:0")]
    [InlineData("r", "pprof:read:heap\n", "Policy:Roles:r:0")]
    [InlineData("r", "Pprof:read:heap", "Policy:Roles:r:0")]
    [InlineData("r", "pprof:read:heap@", "Policy:Roles:r:0")]
    [InlineData("r", "pprof:read:heap@Shop", "Policy:Roles:r:0")]
    [InlineData("r", "pprof:read:heap@*", "Policy:Roles:r:0")]
    [InlineData("r", "pprof:read:heap@?", "Policy:Roles:r:0")]
    [InlineData("r", "pprof:read:heap@shop@cart", "Policy:Roles:r:0")]
    [InlineData("r", "pprof:read@shop:heap", "Policy:Roles:r:0")]
    [InlineData("r", "switch:read:*@shop", "Policy:Roles:r:0")]
    [InlineData("r", "switch:write:heap@shop", "Policy:Roles:r:0")]
    [InlineData("r", null, "Policy:Roles:r")]
    [InlineData("no space", "pprof:read:heap", "Policy:Roles:no space")]
    public void Create_SomethingWrong_NamesTheKey(string role, string? permission, string key)
    {
        var options = new PolicyOptions { Roles = { [role] = permission is null ? [] : [permission] } };

        var problems = Assert.Throws<GuardOptionsException>(() => PolicyTable.Create(options)).Problems;

        Assert.StartsWith(key + ":", Assert.Single(problems), StringComparison.Ordinal);
    }
}
