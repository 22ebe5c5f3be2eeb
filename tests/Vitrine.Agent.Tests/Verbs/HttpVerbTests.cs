using System.Text.Json;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary><c>vitrine http</c> as a user types it; what it sees is compared with the server's own account beside the instrument.</summary>
public sealed class HttpVerbTests
{
    [Fact]
    public async Task Http_Json_HasTheFieldsThatAreDocumented()
    {
        Prerequisite.Probes();
        using var server = new WebServer(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "web"));
        using var stop = new CancellationTokenSource();
        var load = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await server.Get("/sleep?ms=250&token=secret");
                server.Collect();
            }
        });
        var result = VitrineProgram.Run("http", server.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture), "--gc", "--older", "1ms", "--slow", "200ms", "-d", "3s", "--format", "json", "--budget", "50%");
        await stop.CancelAsync();
        await load;
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.DoesNotContain("secret", result.Output, StringComparison.Ordinal);

        using var document = JsonDocument.Parse(result.Output);
        var root = document.RootElement;
        Assert.Equal("vitrine.http/1", root.GetProperty("schema").GetString());
        var request = root.GetProperty("requests").EnumerateArray().First(one => one.GetProperty("durationNs").ValueKind == JsonValueKind.Number);
        Assert.Equal("GET", request.GetProperty("method").GetString());
        Assert.Equal("/sleep", request.GetProperty("path").GetString());
        Assert.Equal(200, request.GetProperty("status").GetInt32());
        Assert.Equal(
            request.GetProperty("durationNs").GetInt64(),
            new[] { "onCpuNs", "runnableNs", "waitingNs", "gcStopNs", "assistNs", "otherStopNs" }.Sum(name => request.GetProperty(name).GetInt64()));
        foreach (var name in (string[])["inFlight", "routes", "collections", "stops", "cost", "lost", "coverage", "gc"])
            Assert.True(root.TryGetProperty(name, out _), name);
        Assert.True(root.GetProperty("cost").GetProperty("hits").GetInt64() > 0);
    }

    [Fact]
    public void Http_OfAProgramWithoutAServer_SaysSo()
    {
        Prerequisite.Probes();
        using var sample = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "beats"));
        var result = VitrineProgram.Run("http", sample.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture), "-d", "1s");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("no server of net/http", result.Errors, StringComparison.Ordinal);
    }
}
