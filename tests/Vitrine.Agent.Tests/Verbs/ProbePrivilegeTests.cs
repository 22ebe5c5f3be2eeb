using System.Globalization;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary>Without the privilege every verb with probes says which one is missing, what to type, and what still works; with no more than that privilege it works.</summary>
[Collection(nameof(Alone))]
public sealed class ProbePrivilegeTests
{
    public static TheoryData<string[]> Verbs => new()
    {
        new[] { "latency", "PID", "main.beat" },
        new[] { "waits", "PID" },
        new[] { "gc", "PID" },
        new[] { "http", "PID" },
        new[] { "panics", "PID" },
        new[] { "record", "PID", "cpu", "-o", "cpu.pb.gz" },
    };

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_missing_capability_is_named(string[] arguments)
    {
        Prerequisite.Probes();
        using var sample = Sample(arguments[0] == "http" ? "web" : "beats");
        var result = VitrineProgram.RunWithCapabilities("+sys_ptrace,+dac_read_search", [.. Words(arguments, sample), "-d", "1s"]);
        Assert.True(result.ExitCode == ExitCode.AccessDenied, $"exit code {result.ExitCode}: {result.Errors}");
        Assert.Contains("CAP_BPF", result.Errors, StringComparison.Ordinal);
        Assert.Contains("next:", result.Errors, StringComparison.Ordinal);
        Assert.Contains("dump", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("latency", "PID", "main.beat")]
    [InlineData("waits", "PID")]
    [InlineData("gc", "PID")]
    public void The_capabilities_that_the_documentation_names_are_enough(params string[] arguments)
    {
        Prerequisite.Probes();
        using var sample = Sample(arguments[0] == "http" ? "web" : "beats");
        var result = VitrineProgram.RunWithCapabilities("+sys_ptrace,+dac_read_search,+bpf,+perfmon", [.. Words(arguments, sample), "-d", "1s", "--format", "json"]);
        Assert.True(result.ExitCode == ExitCode.Success, $"exit code {result.ExitCode}: {result.Errors}");
        // The kernel tells the time of programs to CAP_SYS_ADMIN only: the cost is a bound then, and says so.
        Assert.StartsWith("bound", result.Json.GetProperty("cost").GetProperty("obtained").GetString(), StringComparison.Ordinal);
    }

    static SampleProcess Sample(string program) => SampleProcess.Start(GoFixture.Build(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Stripped, program));

    static string[] Words(string[] arguments, SampleProcess sample) =>
        [.. arguments.Select(word => word == "PID" ? sample.Pid.ToString(CultureInfo.InvariantCulture) : word)];
}
