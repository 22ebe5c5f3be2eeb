using System.Diagnostics;
using System.Globalization;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary>The program at the end that a service manager gives it.</summary>
public sealed class TerminationTests : IDisposable
{
    static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-end-");

    public void Dispose() => _folder.Delete(recursive: true);

    static string FirstProcessor() => File.ReadLines("/proc/self/status").First(static line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split(':', '-', ',')[1].Trim();

    [Fact]
    public async Task Terminate_Gate_EndsInOrder()
    {
        var settings = Path.Combine(_folder.FullName, "gate.json");
        await File.WriteAllTextAsync(settings, """{ "Listeners": [ { "Address": "127.0.0.1:0" } ], "Upstreams": { "self": { "Pid": PID } } }""".Replace("PID", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), TestContext.Current.CancellationToken);
        // In real time and on one processor a thread runs until it waits, so that the program's last steps come before a handler of the signal that is still under way.
        string[] alone = Environment.IsPrivilegedProcess ? ["taskset", "--cpu-list", FirstProcessor(), "chrt", "--rr", "1"] : [];
        string[] command = [.. alone, "dotnet", Path.Combine(AppContext.BaseDirectory, "vitrine.dll"), "gate", "--config", settings];
        using var gate = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            using var limit = new CancellationTokenSource(s_limit);
            var said = "";
            while (!said.Contains("open at", StringComparison.Ordinal))
                said += await gate.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException($"it has ended: {said}");

            using (var kill = Process.Start("kill", ["-TERM", gate.Id.ToString(CultureInfo.InvariantCulture)]))
                await kill.WaitForExitAsync(limit.Token);
            said += await gate.StandardError.ReadToEndAsync(limit.Token);
            await gate.WaitForExitAsync(limit.Token);

            Assert.DoesNotContain("Unhandled", said, StringComparison.Ordinal);
            Assert.Equal(0, gate.ExitCode);
        }
        finally
        {
            if (!gate.HasExited)
                gate.Kill();
        }
    }
}
