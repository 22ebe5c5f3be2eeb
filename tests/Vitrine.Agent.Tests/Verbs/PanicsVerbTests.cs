using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary><c>vitrine panics</c> as a user types it; what it sees is tested beside its instrument.</summary>
public sealed class PanicsVerbTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public void Panics_OfAProcessThatDies_AreToldInFullAfterItsEnd()
    {
        Prerequisite.Probes();
        using var program = Process.Start(new ProcessStartInfo(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "panics").Path, ["nil"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var vitrine = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "vitrine.dll"), "panics", program.Id.ToString(CultureInfo.InvariantCulture), "-d", "60s", "--format", "json"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            // It says that it watches when the probes are in place.
            var watching = vitrine.StandardError.ReadLineAsync();
            Assert.True(watching.Wait(Limit) && watching.Result?.StartsWith("watching", StringComparison.Ordinal) == true, watching.Result);
            program.StandardInput.WriteLine("go");
            program.StandardInput.Flush();

            var json = vitrine.StandardOutput.ReadToEndAsync();
            Assert.True(vitrine.WaitForExit(Limit));
            Assert.Equal(ExitCode.TargetGone, vitrine.ExitCode);
            var document = JsonDocument.Parse(json.Result).RootElement;

            Assert.Equal("vitrine.panics/1", document.GetProperty("schema").GetString());
            Assert.True(document.GetProperty("processEnded").GetBoolean());
            var panic = Assert.Single(document.GetProperty("panics").EnumerateArray());
            Assert.Equal("signal", panic.GetProperty("kind").GetString());
            Assert.Equal("runtime.errorString", panic.GetProperty("type").GetString());
            Assert.Equal("runtime error: invalid memory address or nil pointer dereference", panic.GetProperty("message").GetString());
            Assert.False(panic.GetProperty("recovered").GetBoolean());
            Assert.True(panic.GetProperty("memstats").GetProperty("heapLiveBytes").GetUInt64() > 0);
            foreach (var field in (string[])["at", "goroutine", "frames"])
                Assert.True(panic.TryGetProperty(field, out _), field);
            foreach (var field in (string[])["hits", "nsPerHit", "targetShare"])
                Assert.True(document.GetProperty("cost").TryGetProperty(field, out _), field);
            Assert.Equal(0, document.GetProperty("lost").GetInt64());
        }
        finally
        {
            foreach (var process in (Process[])[program, vitrine])
            {
                if (!process.HasExited)
                    process.Kill();
            }
        }
    }
}
