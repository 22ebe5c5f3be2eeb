using System.Diagnostics;
using System.Globalization;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary><c>vitrine gate</c> as a user types it; what it answers is tested in Gate.</summary>
public sealed class GateVerbTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Gate_OfAServiceWithoutPprof_AnswersUntilItIsEnded()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var service = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "bare"));
        string[] command = [Path.Combine(AppContext.BaseDirectory, "vitrine.dll"), "gate", service.Pid.ToString(CultureInfo.InvariantCulture), "--door", "127.0.0.1:0"];
        using var gate = Process.Start(new ProcessStartInfo("dotnet", command) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            gate.BeginErrorReadLine();
            string? line;
            do
                line = await gate.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(Limit, cancellation);
            while (line is not null && !line.StartsWith("open at ", StringComparison.Ordinal));
            Assert.NotNull(line);

            using var client = new HttpClient { Timeout = Limit };
            Assert.Contains("goroutine", await client.GetStringAsync(new Uri(line.Split(' ')[2]), cancellation), StringComparison.Ordinal);

            using (var kill = Process.Start("kill", $"-TERM {gate.Id}"))
                kill.WaitForExit();
            Assert.True(gate.WaitForExit(Limit));
            Assert.Equal(ExitCode.Success, gate.ExitCode);
        }
        finally
        {
            if (!gate.HasExited)
                gate.Kill();
        }
    }
}
