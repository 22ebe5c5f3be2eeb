using System.Security.Cryptography;
using Vitrine.Guard.Redaction;
using Vitrine.Pprof;
using Vitrine.Pprof.Tests.Support;
using Vitrine.Pprof.Wire;

namespace Vitrine.Guard.Tests.Redaction;

/// <summary>What people do with a redacted profile, with Go's own tool: it opens, adds up and compares as the original does.</summary>
public sealed class GoToolTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-redacted-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Redacts a file with a key of its own, as another process would.</summary>
    string Redact(string path, RedactionRules? rules = null)
    {
        var redactor = new Redactor(rules ?? RedactionRules.Default.WithKey(RandomNumberGenerator.GetBytes(16)));
        Assert.True(redactor.TryRedact("application/octet-stream", File.ReadAllBytes(path), out var redacted, out _, out var refusal), refusal);
        var file = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.pb.gz");
        File.WriteAllBytes(file, redacted.ToArray());
        return file;
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("heap")]
    [InlineData("goroutine")]
    public void Top_OfARedactedProfile_IsTopOfTheOriginal(string kind)
    {
        var original = GoProfiles.PathOf("1.27", kind);
        Assert.Equal(GoPprof.Tool("-top", "-nodecount=1000", original), GoPprof.Tool("-top", "-nodecount=1000", Redact(original)));
    }

    [Fact]
    public void DiffBase_OfTwoProcesses_IsThatOfTheOriginals()
    {
        string before = GoProfiles.PathOf("1.19", "heap"), after = GoProfiles.PathOf("1.27", "heap");
        Assert.Equal(GoPprof.Tool("-top", $"-diff_base={before}", after), GoPprof.Tool("-top", $"-diff_base={Redact(before)}", Redact(after)));
    }

    [Fact]
    public void DiffBase_OfAProfileWithItself_IsNothing()
    {
        var rules = RedactionRules.Default.WithKey(RandomNumberGenerator.GetBytes(16));
        var original = GoProfiles.PathOf("1.27", "cpu");
        Assert.Contains("Showing nodes accounting for 0, 0%", GoPprof.Tool("-top", $"-diff_base={Redact(original, rules)}", Redact(original, rules)), StringComparison.Ordinal);
    }

    [Fact]
    public void Tags_OfARedactedProfile_KeepGroupsApart()
    {
        var original = GoProfiles.PathOf("1.27", "cpu");
        var redacted = ProfileReader.ReadFile(Redact(original));
        Assert.Equal(Tenants(ProfileReader.ReadFile(original)).Count, Tenants(redacted).Count);
        Assert.All(Tenants(redacted), tenant => Assert.StartsWith("‹label:", tenant, StringComparison.Ordinal));
        Assert.Contains("‹label:", GoPprof.Tool("-tags", Redact(original)), StringComparison.Ordinal);
    }

    static HashSet<string> Tenants(Profile profile) => [.. profile.Samples.SelectMany(sample => sample.Labels).Where(label => label.Key == "tenant").Select(label => label.Text!)];

    [Fact]
    public void Merge_OfRedacted_IsRedactedOfTheMerge()
    {
        var rules = RedactionRules.Default.WithKey(RandomNumberGenerator.GetBytes(16));
        Profile one = ProfileReader.ReadFile(GoProfiles.PathOf("1.27", "cpu")), other = ProfileReader.ReadFile(GoProfiles.PathOf("1.19", "cpu"));
        var redactor = new Redactor(rules);
        Assert.Equal(
            ProfileWriter.ToBytes(Merge.Of(redactor.Redact(one).Result, redactor.Redact(other).Result)),
            ProfileWriter.ToBytes(Merge.Of(redactor.Redact(Merge.Of(one, other)).Result)));
    }
}
