using System.Text.Json;
using Vitrine.Agent.Audit;
using Vitrine.Agent.Json;

namespace Vitrine.Agent.Tests.Audit;

/// <summary>What SARIF 2.1.0 requires, by the specification's sections.</summary>
public sealed class AuditSarifTests
{
    [Fact]
    public void Write_EveryKindOfSubject_HasWhatTheSpecificationRequires()
    {
        var log = Log(
            new AuditFinding(AuditRules.DebugServer, Severity.Critical, Some.Go.Subject, "a \"title\"\nof two lines", [new("read", "/proc/4711/net/tcp"), new("asked", "GET /")], ["fix"]),
            new AuditFinding(AuditRules.PtraceScope, Severity.Medium, AuditSubject.Machine, "title", [new("read", "/proc/sys/kernel/yama/ptrace_scope")], ["fix"]),
            new AuditFinding(AuditRules.KeyReadable, Severity.High, AuditSubject.OfFile("/etc/vitrine/a key"), "title", [new("mode", "statx")], ["fix"]),
            new AuditFinding(AuditRules.DebugBuild, Severity.Info, Some.Go.Subject, "title", [new("read", "/proc/4711/exe")], ["fix"]));

        // 3.13: sarifLog
        Assert.Equal("2.1.0", log.GetProperty("version").GetString());
        var run = Assert.Single(log.GetProperty("runs").EnumerateArray().ToList());
        // 3.18, 3.19: tool, driver
        var driver = run.GetProperty("tool").GetProperty("driver");
        Assert.Equal("vitrine audit", driver.GetProperty("name").GetString());
        var rules = driver.GetProperty("rules").EnumerateArray().ToList();
        Assert.Equal(AuditRules.All.Select(static rule => rule.Id), rules.Select(static rule => rule.GetProperty("id").GetString()));
        // 3.20: invocation
        Assert.All(run.GetProperty("invocations").EnumerateArray(), static one => Assert.True(one.GetProperty("executionSuccessful").GetBoolean()));
        var taxa = run.GetProperty("taxonomies").EnumerateArray().ToDictionary(static one => one.GetProperty("name").GetString()!, static one => one.GetProperty("taxa").EnumerateArray().Select(static taxon => taxon.GetProperty("id").GetString()).ToHashSet());
        // 3.27: result
        var results = run.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["error", "warning", "error", "none"], results.Select(static one => one.GetProperty("level").GetString()));
        Assert.All(results, result =>
        {
            var index = result.GetProperty("ruleIndex").GetInt32();
            Assert.Equal(rules[index].GetProperty("id").GetString(), result.GetProperty("ruleId").GetString());
            Assert.False(string.IsNullOrEmpty(result.GetProperty("message").GetProperty("text").GetString()));
            Assert.Equal(result.GetProperty("level").GetString() == "none", result.GetProperty("kind").GetString() != "fail");
            Assert.All(result.GetProperty("locations").EnumerateArray(), CheckLocation);
            if (result.TryGetProperty("relatedLocations", out var related))
                Assert.All(related.EnumerateArray(), CheckLocation);
            Assert.All(result.GetProperty("taxa").EnumerateArray(), reference =>
                Assert.Contains(reference.GetProperty("id").GetString(), taxa[reference.GetProperty("toolComponent").GetProperty("name").GetString()!]));
        });
        Assert.Equal("process/4711/checkout", results[0].GetProperty("locations")[0].GetProperty("logicalLocations")[0].GetProperty("fullyQualifiedName").GetString());
        Assert.Equal("file:///etc/vitrine/a%20key", results[2].GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString());
    }

    [Fact]
    public void Fingerprint_OfTheSameFaultInANewProcess_IsTheSame()
    {
        static AuditFinding Finding(int pid) => new(AuditRules.RunsAsRoot, Severity.Medium, (Some.Go with { Identity = new(pid, 1) }).Subject, "title", [new("read", $"/proc/{pid}/status")], ["fix"]);

        var results = Log(Finding(1), Finding(2)).GetProperty("runs")[0].GetProperty("results");

        Assert.Equal(Print(results[0]), Print(results[1]));

        static string? Print(JsonElement result) => result.GetProperty("partialFingerprints").GetProperty("vitrineFinding/v1").GetString();
    }

    // 3.28, 3.29, 3.33, 3.4: a location has something in it, an artifact location is a URI, a logical location has a name.
    static void CheckLocation(JsonElement location)
    {
        var physical = location.TryGetProperty("physicalLocation", out var place);
        if (physical)
            Assert.True(Uri.TryCreate(place.GetProperty("artifactLocation").GetProperty("uri").GetString(), UriKind.RelativeOrAbsolute, out _));
        else
            Assert.All(location.GetProperty("logicalLocations").EnumerateArray(), static one => Assert.False(string.IsNullOrEmpty(one.GetProperty("name").GetString())));
    }

    static JsonElement Log(params AuditFinding[] findings)
    {
        using var stream = new MemoryStream();
        AuditSarif.Write(stream, new AuditReport
        {
            At = DateTimeOffset.UnixEpoch, Duration = TimeSpan.FromSeconds(1), Machine = Some.Machine, IsWholeMachine = true, Examined = 1, Targets = 1, NotAllowed = 0, Ended = 0,
            Hidden = new Dictionary<string, int>(), Findings = findings,
        });
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }
}
