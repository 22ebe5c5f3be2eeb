using System.Diagnostics;

namespace Vitrine.TestTargets;

/// <summary><c>go tool pprof</c> of the newest Go.</summary>
public static class GoTool
{
    static readonly TimeSpan s_limit = TimeSpan.FromSeconds(120);

    /// <summary>Starts it; its own copies of what it fetches go to <paramref name="folder"/>.</summary>
    public static Process Start(string folder, params string[] arguments)
    {
        var go = GoToolchain.Require(GoToolchain.Newest);
        var start = new ProcessStartInfo(go.Go, ["tool", "pprof", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (key, value) in go.Environment) start.Environment[key] = value;
        start.Environment["PPROF_TMPDIR"] = folder;
        start.Environment["HOME"] = folder;
        start.Environment["no_proxy"] = "*";
        return Process.Start(start)!;
    }

    /// <summary>Runs it and gives what it printed; the test fails when it does.</summary>
    public static async Task<string> Run(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await End(process);
        Assert.True(process.ExitCode == 0, await error);
        return await output;
    }

    static async Task End(Process process)
    {
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"go tool pprof did not end within {s_limit.TotalSeconds} s");
        }
    }

    /// <summary>Runs it where it must fail, and gives what it says to its user.</summary>
    public static async Task<string> Fail(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await End(process);
        await output;
        Assert.NotEqual(0, process.ExitCode);
        return await error;
    }
}
