using Vitrine.Guard.Policy;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Documents;

public sealed class PolicyDocumentTests
{
    static readonly GuardDocument s_page = new("policy.md");

    [Fact]
    public void Table_OfTheShippedRoles_IsTheCodes()
    {
        var table = s_page.Table("permission");
        var policy = PolicyTable.Create(new());
        var roles = table[0][1..];

        Assert.Equal(policy.Roles.Select(role => role.Key), roles.Order(StringComparer.Ordinal));
        foreach (var row in table[1..])
        {
            var parts = row[0].Split(':');
            for (var i = 0; i < roles.Length; i++)
                Assert.True(policy.Sum([roles[i]]).Allows(Permission.Of(parts[0], parts[1], parts[2]), "self") == (row[i + 1] == "yes"), $"{row[0]} for {roles[i]}");
        }
        Assert.Empty(policy.Roles.SelectMany(role => role.Value.All).Except(table.Select(row => row[0])));
    }

    [Fact]
    public void Example_OfTheDocument_IsWhatItSays()
    {
        using var folder = new TestFolder();
        var examples = s_page.Examples(folder.Root);
        Assert.Equal(2, examples.Count);
        var policy = PolicyTable.Create(examples[0].Policy);

        Assert.Equal(["pprof:read:cpu", "pprof:read:heap", "pprof:read:index"], policy.Sum(["perf"]).All);
        Assert.True(policy.Sum(["forensics"]).Allows(Permission.Of("pprof", "raw", "heap"), "self"));
        Assert.True(policy.Knows("sre"));
    }
}
