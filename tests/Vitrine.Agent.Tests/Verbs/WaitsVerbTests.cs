using System.Text.Json;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary><c>vitrine waits</c> as a user types it; its figures are tested beside the probe.</summary>
public sealed class WaitsVerbTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("vitrine-waits-").FullName;
    readonly SampleProcess _sample;

    public WaitsVerbTests()
    {
        Prerequisite.Probes();
        _sample = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "waiting"), "off");
    }

    string Pid => _sample.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _sample?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Waits_Json_HasTheFieldsOfTheContract()
    {
        _sample.Ask("hold before");
        _sample.Ask("churn");
        var result = VitrineProgram.Run("waits", Pid, "-d", "1500ms", "--budget", "100%", "--format", "json");
        Assert.True(result.ExitCode == 0, result.Errors);
        using var document = JsonDocument.Parse(result.Output);
        var root = document.RootElement;
        Assert.Equal("vitrine.waits/1", root.GetProperty("schema").GetString());
        Assert.True(root.GetProperty("cost").GetProperty("hits").GetInt64() > 0);
        Assert.Equal(JsonValueKind.Number, root.GetProperty("lost").ValueKind);
        var row = root.GetProperty("waits").EnumerateArray().First(one => one.GetProperty("kind").GetString() == "mutex");
        Assert.Equal("sync.Mutex.Lock", row.GetProperty("reason").GetString());
        Assert.StartsWith("0x", row.GetProperty("object").GetString(), StringComparison.Ordinal);
        Assert.True(row.GetProperty("count").GetInt64() > 0);
        Assert.InRange(row.GetProperty("maxNs").GetInt64(), 10_000, row.GetProperty("totalNs").GetInt64());
        Assert.Equal("sync.(*Mutex).Lock", row.GetProperty("frames")[0].GetProperty("function").GetString());
        Assert.Equal("sync.(*Mutex).Unlock", row.GetProperty("releasedBy")[0].GetProperty("frames")[0].GetProperty("function").GetString());
        Assert.Contains(root.GetProperty("stillWaiting").EnumerateArray(), static wait =>
            wait.GetProperty("atLeast").GetBoolean() && wait.GetProperty("frames").EnumerateArray().Any(static frame => frame.GetProperty("function").GetString() == "main.holdBefore"));
    }

    [Fact]
    public void Waits_OfAProgramWithoutProfiles_WritesThem()
    {
        _sample.Ask("churn");
        foreach (var name in (string[])["block", "mutex"])
        {
            var off = VitrineProgram.Run("record", Pid, name, "-o", Path.Combine(_folder, "own.pb.gz"));
            Assert.Contains($"vitrine waits PID -d 30s -o {name}.pb.gz", off.Errors, StringComparison.Ordinal);

            var file = Path.Combine(_folder, $"{name}.pb.gz");
            var result = VitrineProgram.Run("waits", Pid, "-d", "1s", "--budget", "100%", "-o", file);
            Assert.True(result.ExitCode == 0, result.Errors);
            var profile = ProfileReader.Read(File.ReadAllBytes(file));
            Assert.Equal(["contentions/count", "delay/nanoseconds"], profile.SampleTypes.Select(static type => $"{type.Type}/{type.Unit}"));
            Assert.True(profile.Samples.Count > 0);
        }
    }

    [Fact]
    public void Waits_OfAnIdleProgram_SaysThatNoneEnded()
    {
        var result = VitrineProgram.Run("waits", Pid, "-d", "200ms", "--kind", "cond");
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("No wait that began during the look ended in it", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("kind ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Waits_ProfileOfWhat_IsAsked()
    {
        var result = VitrineProgram.Run("waits", Pid, "-d", "100ms", "-o", Path.Combine(_folder, "x.svg"));
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("--profile block", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Waits_KindThatIsNone_IsSaid()
    {
        var result = VitrineProgram.Run("waits", Pid, "-d", "100ms", "--kind", "boredom");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("rwmutex", result.Errors, StringComparison.Ordinal);
    }
}
